using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Code">too-many, too-long or missing.</param>
public sealed record RequestFault(string Code, Said Reason);

/// <summary>
/// Bounds of what one request of the label page may hold. Without them a single one keeps the write lock for minutes: a list is a query
/// each, and a token is stored on every slot.
/// </summary>
internal static class RequestLimits
{
    /// <summary>Longest token of a tab.</summary>
    public const int Token = 64;

    /// <summary>Items that a deck may say it holds.</summary>
    public const int Held = 32;

    /// <summary>Items that one renewal may name, and dead tabs that a deck may.</summary>
    public const int Ids = 200;

    public static RequestFault? FaultOf(DeckRequest? deck) =>
        deck is null ? new(ApiCodes.Missing, LabelingWords.DeckMissing)
        : TokenFault(deck.Token) ?? Many("have", deck.Have?.Count, Held) ?? Many("dead", deck.Dead?.Count, Ids)
        ?? deck.Dead?.Select(TokenFault).FirstOrDefault(f => f is not null);

    public static RequestFault? FaultOf(RenewRequest request) =>
        TokenFault(request.Token) ?? Many("keep", request.Keep?.Count, Ids) ?? Many("free", request.Free?.Count, Ids);

    public static RequestFault? FaultOf<T>(IReadOnlyList<T>? records, int most) where T : class =>
        records is null || records.Any(r => r is null) ? new(ApiCodes.Missing, LabelingWords.RecordMissing)
            : Many("records", records.Count, most);

    internal static RequestFault? TokenFault(string? token) =>
        string.IsNullOrEmpty(token) ? new(ApiCodes.Missing, LabelingWords.TokenMissing)
        : token.Length > Token ? new(ApiCodes.TooLong, LabelingWords.TokenTooLong(most: Token, characters: token.Length)) : null;

    private static RequestFault? Many(string list, int? count, int most) =>
        count > most ? new(ApiCodes.TooMany, LabelingWords.ListTooLong(list: list, entries: count, most: most)) : null;
}
