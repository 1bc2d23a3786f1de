using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>What a reviewer decides of one item.</summary>
/// <param name="After">The item's newest review that the reviewer has seen; 0: none.</param>
/// <param name="Take">The answer that is taken, of verdict Taken.</param>
/// <param name="Answer">The answer that is written, of verdict Written, as an editor sends it.</param>
public sealed record ReviewDecision(long ItemId, long After, ReviewVerdict Verdict, long? Take = null, JsonElement? Answer = null,
    ReviewCause? Cause = null, string? Note = null);

/// <param name="Code">One of <see cref="Api.ApiCodes"/>.</param>
public sealed record ReviewRefusal(string Code, Said Why);
