using System.Text.Json;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>An answer that people gave to the item, once for all who gave the same.</summary>
/// <param name="AnswerId">The newest of those that say it: what is taken.</param>
/// <param name="Answer">As the label page sends it.</param>
/// <param name="People">Who gave it, as far as names are shown, and in how many seconds.</param>
public sealed record ReviewOption(long AnswerId, string Words, JsonElement Answer, IReadOnlyList<ReviewVoter> People);

/// <param name="Name">Null where names are not shown.</param>
public sealed record ReviewVoter(string? Name, double? Seconds);

/// <summary>A skip with its reason, or a flag or note.</summary>
public sealed record ReviewVoice(string? Name, string? Skip, bool Flagged, string? Note);

/// <summary>An earlier review of the item.</summary>
public sealed record ReviewPast(ReviewVerdict Verdict, ReviewCause? Cause, string? Note, long At);

/// <summary>Everything that a reviewer decides by, of one item.</summary>
/// <param name="Parts">Named texts, where several columns make the text.</param>
/// <param name="Options">The most frequent first, in the order of answering.</param>
public sealed record ReviewCard(OpenReview Open, int Line, string? ExternalId, string Text,
    IReadOnlyList<(string Name, string Text)> Parts, IReadOnlyList<(string Name, string Text)> Fields, IReadOnlyList<ReviewOption> Options,
    IReadOnlyList<ReviewVoice> Voices, IReadOnlyList<ReviewPast> Past)
{
    /// <summary>What more people say than anything else; null: no answer is ahead.</summary>
    public ReviewOption? Majority => Options.Count == 1 || Options.Count > 1 && Options[0].People.Count > Options[1].People.Count
        ? Options[0] : null;

    internal static IReadOnlyList<(string, string)> Named(string? parts) => parts is null ? []
        : [.. JsonSerializer.Deserialize<JsonElement>(parts).EnumerateArray()
            .Select(p => (p.GetProperty("name").GetString() ?? "", p.GetProperty("text").GetString() ?? ""))];

    internal static IReadOnlyList<(string, string)> Others(string? metadata) => metadata is null ? []
        : [.. JsonSerializer.Deserialize<JsonElement>(metadata).EnumerateObject().Select(p => (p.Name, p.Value.ToString()))];
}
