using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Finds a project's answer for what a file says: by the import's own mapping of values, else by answer text or name; case and outer blanks
/// ignored.
/// </summary>
public sealed class AnswerSet
{
    private readonly Dictionary<string, Label> _byText = new(StringComparer.OrdinalIgnoreCase);
    private ILookup<string, string>? _byTag;
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="values">What the file says, to an answer text; null: the value has no label here.</param>
    public AnswerSet(ITaskKind kind, IEnumerable<Label> definitions, IReadOnlyDictionary<string, string?>? values = null)
    {
        Kind = kind;
        List<Label> usable = [.. definitions.Where(d => !d.Retired)];
        Labels = usable;
        // an answer text wins over another answer's name
        foreach (var definition in usable) _byText.TryAdd(definition.AnswerText.Trim(), definition);
        foreach (var definition in usable) _byText.TryAdd(definition.Name.Trim(), definition);
        foreach (var (value, text) in values ?? new Dictionary<string, string?>()) _values.TryAdd(value.Trim(), text?.Trim());
    }

    public ITaskKind Kind { get; }

    /// <summary>Those in use.</summary>
    public IReadOnlyList<Label> Labels { get; }

    /// <summary>Free short text: everything is an answer.</summary>
    public bool IsOpen => !Kind.HasLabels;

    /// <summary>Somebody has said that this value has no label here.</summary>
    public bool LeavesOut(string answer) => _values.TryGetValue(answer.Trim(), out var text) && text is null;

    /// <summary>As a CoNLL file names a label whose text has blanks.</summary>
    public Label? FindTag(string tag)
    {
        _byTag ??= ConllTags.Of(Labels.Select(l => l.AnswerText)).ToLookup(t => t.Value, t => t.Key);
        return _byTag[tag].FirstOrDefault() is { } text ? Find(text) : null;
    }

    public Label? Find(string answer)
    {
        var value = answer.Trim();
        if (_values.TryGetValue(value, out var text)) return text is null ? null : _byText.GetValueOrDefault(text);
        return _byText.GetValueOrDefault(value);
    }
}
