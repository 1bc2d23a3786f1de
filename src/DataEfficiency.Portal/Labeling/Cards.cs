using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>One item as its annotator gets it: nothing of other people's answers, and of the model's only what the project wants
/// shown.</summary>
/// <param name="Parts">The named parts of a text that several columns make, [{"name", "text"}]; null: the text is one.</param>
/// <param name="Returned">What the reviewer wrote who sent the item back; null: nobody did.</param>
/// <param name="Place">Place in its order, from 1; 0 for a random item and for one that is not ranked yet, -1 where it is not
/// said.</param>
public sealed record Card(long ItemId, int Line, string Text, JsonElement? Parts, JsonElement? Metadata,
    [property: JsonConverter(typeof(JsonStringEnumConverter<Stratum>))] Stratum Queue, int Place, int Pool, JsonElement? Draft,
    bool Flagged, string? Note, long LeaseUntil, JsonElement? Suggestion, string? Returned);

internal static class Cards
{
    private const int Unsaid = -1;

    private sealed record Row(long Id, int Line, string Text, string? Parts, string? Metadata, string? Draft, bool? Flagged,
        string? Note, string? ModelAnswer, int? Place, bool Overlaps, string? Returned);

    // put together once: it is asked for every card
    private static readonly Func<AppDbContext, long[], string, int?, int?, IAsyncEnumerable<Row>> Rows =
        EF.CompileAsyncQuery((AppDbContext db, long[] ids, string user, int? draw, int? ranking) =>
            from i in db.Items
            where ids.Contains(i.Id)
            from draft in db.Drafts.Where(d => d.ItemId == i.Id && d.UserId == user).DefaultIfEmpty()
            from remark in db.Remarks.Where(r => r.ItemId == i.Id && r.UserId == user).DefaultIfEmpty()
            select new Row(i.Id, i.Line, i.Text, i.Parts, i.Metadata, draft.AnswerJson, remark.Flagged, remark.Note,
                db.ItemScores.Where(s => s.ItemId == i.Id && s.RankingId == ranking).Select(s => s.ModelAnswer).FirstOrDefault(),
                db.DrawItems.Where(d => d.ItemId == i.Id && d.DrawId == draw).Select(d => (int?)d.Place).FirstOrDefault(),
                db.Slots.Count(s => s.ItemId == i.Id) > 1,
                db.Reviews.Where(r => r.ItemId == i.Id).OrderByDescending(r => r.Id)
                    .Select(r => r.Verdict == ReviewVerdict.SentBack ? r.Note ?? "" : null).FirstOrDefault()));

    public static async Task<IReadOnlyList<Card>> ReadAsync(AppDbContext db, Project project, string userId,
        IReadOnlyList<ClaimedSlot> slots, long until, CancellationToken cancellation)
    {
        var ids = slots.Select(s => s.ItemId).ToArray();
        var items = new Dictionary<long, Row>(ids.Length);
        await foreach (var row in Rows(db, ids, userId, project.DrawId, project.RankingId)
            .WithCancellation(cancellation)) items.Add(row.Id, row);
        var usual = project is { RandomShare: <= 0, GoldShare: > 0, RankVersion: > 0 } ? Stratum.Active : Stratum.Random;
        List<Label> labels = project.SuggestionsShown ? await db.Labels.AsNoTracking()
            .Where(l => l.ProjectId == project.Id).ToListAsync(cancellation) : [];
        return [.. slots.Select(slot =>
        {
            var item = items[slot.ItemId];
            var place = slot.Queue switch { Stratum.First32 => item.Place + 1 ?? 0,
                Stratum.Active when slot.ActiveRank < project.ItemCount => slot.ActiveRank + 1, _ => 0 };
            // nobody labels with more care because an item tests: it looks like the others, and where none is random they all say less
            var queue = slot.Queue is Stratum.Test or Stratum.Gold ? usual : slot.Queue;
            if (queue == Stratum.Active && usual == Stratum.Active) place = Unsaid;
            return new Card(slot.ItemId, item.Line, item.Text, Parse(item.Parts), Parse(item.Metadata), queue, place,
                project.ItemCount,
                Parse(item.Draft), item.Flagged ?? false, item.Note, until,
                Suggestions.Of(project, labels, slot.Queue, item.Overlaps, item.Text, item.ModelAnswer), item.Returned);
        })];
    }

    internal static JsonElement? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);
}
