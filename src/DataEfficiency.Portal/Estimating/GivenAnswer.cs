using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What figures need to know of one row of answers.</summary>
public readonly record struct GivenAnswer(string UserId, Stratum Stratum, bool Surplus, int Milliseconds, long At,
    bool IsEdit)
{
    public static GivenAnswer Of(Answer answer) =>
        new(answer.UserId, answer.Stratum, answer.Surplus, answer.ActiveMilliseconds, answer.CreatedAt, answer.Revision > 1);

    public bool IsImported => Stratum == Stratum.Imported;

    /// <summary>Part of a pace: given here, counted and timed.</summary>
    public bool IsTimed => !IsImported && !Surplus && Milliseconds > 0;
}

/// <summary>What one committed change did to the answers and skips of an item.</summary>
/// <param name="Version">The label version that it made.</param>
/// <param name="Added">The answer that is current from now on; null: none.</param>
/// <param name="Withdrawn">The answer that was current before.</param>
/// <param name="Skips">Skips of <paramref name="UserId"/> more, or less.</param>
/// <param name="Before">The item's final answer before.</param>
/// <param name="After">And now.</param>
/// <param name="FirstMayChange">The change may have exchanged items of the first 32.</param>
public sealed record FigureChange(long Version, long ItemId, string UserId, GivenAnswer? Added, GivenAnswer? Withdrawn, int Skips,
    FinalText? Before, FinalText? After, bool FirstMayChange);

/// <summary>What an item's final answer says; no text where the answers do not agree.</summary>
/// <param name="Stratum">How the item came to its first answer.</param>
public sealed record FinalText(int? LabelId, string? Text, Stratum Stratum)
{
    public static FinalText? Of(Final? final) =>
        final is null ? null : new(final.LabelId, final.AnswerId is null ? null : final.AnswerText, final.Stratum);

    public bool IsDecided => Text is not null;
}
