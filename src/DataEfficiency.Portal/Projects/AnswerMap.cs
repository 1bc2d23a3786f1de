using DataEfficiency.Portal.Importing;

namespace DataEfficiency.Portal.Projects;

/// <summary>
/// Which label each value of a file's answer column means. A value that nobody mapped belongs to the label that was made from it, else to
/// the one whose answer text or name it is; what people call a label never moves a value.
/// </summary>
public sealed class AnswerMap(AnswerValues values, Func<IReadOnlyList<AnswerDraft>> answers)
{
    private readonly Dictionary<string, AnswerDraft?> _chosen = new(StringComparer.OrdinalIgnoreCase);

    public AnswerValues Values => values;

    public AnswerDraft? LabelOf(string value)
    {
        if (_chosen.TryGetValue(value, out var chosen)) return chosen is not null && answers().Contains(chosen) ? chosen : null;
        return First(value, a => a.Source) ?? First(value, a => a.AnswerText) ?? First(value, a => a.Name);
    }

    /// <param name="label">Null: the value has no label.</param>
    public void Choose(string value, AnswerDraft? label) => _chosen[value] = label;

    /// <summary>Makes a label of each value that has none.</summary>
    public IReadOnlyList<AnswerDraft> Extend()
    {
        var added = WithoutLabel.Select(v => AnswerDraft.FromFile(v.Value)).ToList();
        foreach (var label in added) _chosen.Remove(label.Source!);
        return added;
    }

    public IReadOnlyList<(string Value, int Rows)> WithoutLabel => [.. values.Values.Where(v => LabelOf(v.Value) is null)];

    /// <summary>For <see cref="ColumnMapping.Values"/>: answer texts, since labels have no ids before they are stored.</summary>
    public IReadOnlyDictionary<string, string?> ToValues() =>
        values.Values.ToDictionary(v => v.Value, v => LabelOf(v.Value)?.AnswerText.Trim());

    private AnswerDraft? First(string value, Func<AnswerDraft, string?> of) =>
        answers().FirstOrDefault(a => string.Equals(of(a)?.Trim(), value, StringComparison.OrdinalIgnoreCase));
}
