using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>Finds a project's answer for what a file says: by answer text or name, case and outer blanks ignored.</summary>
public sealed class AnswerSet
{
    private readonly Dictionary<string, LabelDefinition> byText = new(StringComparer.OrdinalIgnoreCase);

    public AnswerSet(TaskType type, IEnumerable<LabelDefinition> definitions)
    {
        IsOpen = type == TaskType.ShortAnswer;
        var usable = definitions.Where(d => !d.Retired).ToList();
        // an answer text wins over another answer's name
        foreach (var definition in usable) byText.TryAdd(definition.AnswerText.Trim(), definition);
        foreach (var definition in usable) byText.TryAdd(definition.Name.Trim(), definition);
    }

    /// <summary>Free short text: everything is an answer.</summary>
    public bool IsOpen { get; }

    public LabelDefinition? Find(string answer) => byText.GetValueOrDefault(answer.Trim());
}
