using System.Text.Json.Serialization;
using DataEfficiency.Portal.Api;

namespace DataEfficiency.Portal.Projects;

/// <summary>What becomes of the answers that were given with a label that is offered no longer.</summary>
public enum RetiredFate
{
    /// <summary>They stay as they are.</summary>
    Keep,
    /// <summary>They count as another label's.</summary>
    Merge,
    /// <summary>They are taken back, and their items are answered anew before all others.</summary>
    AskAgain,
}

/// <summary>A label that is offered no longer, as the settings show it.</summary>
public sealed class RetiredDraft
{
    /// <summary>As it was when it was offered.</summary>
    public AnswerDraft Label { get; init; } = new();
    [JsonConverter(typeof(OneName))]
    public RetiredFate Fate { get; set; }
    /// <summary>Answer text of the label that it counts as: one that is new has no id yet.</summary>
    public string Into { get; set; } = "";
}
