using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Projects;

/// <summary>A label as the wizard and the settings show it.</summary>
public sealed class AnswerDraft
{
    /// <summary>0: not stored yet.</summary>
    public int Id { get; init; }
    public string Name { get; set; } = "";
    public string AnswerText { get; set; } = "";
    /// <summary>The letter that chooses it; null or empty: the digit of its place.</summary>
    public string? Key { get; set; }
    /// <summary>Labels of one group stand under its name.</summary>
    public string? Group { get; set; }
    /// <summary>When the label applies, for people.</summary>
    public string? Description { get; set; }
    /// <summary>#rrggbb, or null.</summary>
    public string? Colour { get; set; }
    /// <summary>What was answered with it so far is asked again: it means something else now.</summary>
    public bool AskAgain { get; set; }

    public const int LongestGroup = 60, LongestDescription = 300;

    /// <summary>The value of a file that it was made from, which keeps meaning it whatever it is called; null: typed.</summary>
    public string? Source { get; init; }

    public static AnswerDraft Of(Label label) => new()
    {
        Id = label.Id, Name = label.Name, AnswerText = label.AnswerText, Key = label.Key, Group = label.Group,
        Description = label.Description, Colour = label.Colour, AskAgain = !label.Retired && label.AskedAgainFrom is not null,
    };

    /// <summary>An answer as a file says it: people read words, the model learns to write what the file has.</summary>
    public static AnswerDraft FromFile(string value) => new() { Name = value.Replace('_', ' ').Trim(), AnswerText = value, Source = value };

    /// <summary>
    /// A new name is for people only: the text that the model learns, and with it gold answers and rankings, changes where somebody changes
    /// the text. Of an answer that is being typed and says the same in both, the text follows.
    /// </summary>
    public void Rename(string name)
    {
        if (Id == 0 && Source is null && (AnswerText.Length == 0 || AnswerText == Name)) AnswerText = name;
        Name = name;
    }
}
