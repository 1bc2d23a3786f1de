using System.Text.Json.Serialization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>An answer somebody gave to an item, as it stands now.</summary>
/// <param name="Seconds">Active time; null where it was not taken.</param>
/// <param name="UserId">Whose it is; <paramref name="By"/> names them.</param>
/// <param name="Given">As the label page sends it.</param>
public sealed record ItemAnswer(long Id, string By, string Answer, long At, double? Seconds, bool Surplus,
    [property: JsonIgnore] string UserId, [property: JsonIgnore] string Given);

/// <summary>A skip with its reason, or a flag or note.</summary>
/// <param name="Reason">Of a skip; null for a remark.</param>
public sealed record ItemVoice(string By, string? Reason, string? Note, bool Flagged, long At);

/// <summary>What people said about one item.</summary>
/// <param name="Review">The newest one: who decides says what was seen. 0: none.</param>
/// <param name="Fields">Other columns of its file.</param>
public sealed record ItemDetail(IReadOnlyList<ItemAnswer> Answers, IReadOnlyList<ItemVoice> Voices, long Review,
    IReadOnlyList<ItemField> Fields)
{
    public static ItemDetail None { get; } = new([], [], 0, []);

    /// <summary>In a line of a list: "skipped: unclear, too long; note: ...".</summary>
    [JsonIgnore]
    public string Summary
    {
        get
        {
            var reasons = Voices.Where(v => v.Reason is not null).Select(v => v.Reason).Distinct().ToList();
            List<string> said = [];
            if (reasons.Count > 0) said.Add(ProjectsWords.ItemSkipped(string.Join(", ", reasons)));
            if (Voices.Any(v => v.Flagged)) said.Add(ProjectsWords.ItemFlagged);
            said.AddRange(Voices.Where(v => v.Note is not null).Select(v => ProjectsWords.ItemNoted(v.Note).ToString()));
            return string.Join("; ", said);
        }
    }
}

/// <summary>Answers with their times and people, skips with their reasons, flags and notes: for the items that are on screen.</summary>
public sealed class ItemDetails(IDbContextFactory<AppDbContext> contexts)
{
    /// <summary>The whole text of one item; null where it is gone.</summary>
    public async Task<string?> TextAsync(long itemId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Items.Where(i => i.Id == itemId).Select(i => i.Text).FirstOrDefaultAsync(cancellation);
    }

    public async Task<IReadOnlyDictionary<long, ItemDetail>> ReadAsync(IReadOnlyCollection<long> items, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var answers = await db.Answers.Where(a => items.Contains(a.ItemId) && a.Current).OrderBy(a => a.Id)
            .Select(a => new { a.Id, a.ItemId, a.UserId, a.AnswerText, a.AnswerJson, a.CreatedAt, a.ActiveMilliseconds, a.Surplus })
            .ToListAsync(cancellation);
        var skips = await db.Skips.Where(s => items.Contains(s.ItemId)).OrderBy(s => s.Id)
            .Select(s => new { s.ItemId, s.UserId, s.Reason, s.CreatedAt }).ToListAsync(cancellation);
        var remarks = await db.Remarks.Where(r => items.Contains(r.ItemId) && (r.Flagged || r.Note != null)).ToListAsync(cancellation);
        var reviews = await db.Reviews.Where(r => items.Contains(r.ItemId)).GroupBy(r => r.ItemId)
            .Select(g => new { g.Key, Newest = g.Max(r => r.Id) }).ToDictionaryAsync(g => g.Key, g => g.Newest, cancellation);
        var fields = await db.Items.Where(i => items.Contains(i.Id) && i.Metadata != null).Select(i => new { i.Id, i.Metadata })
            .ToDictionaryAsync(i => i.Id, i => ReviewCard.Others(i.Metadata), cancellation);
        var people = answers.Select(a => a.UserId).Concat(skips.Select(s => s.UserId)).Concat(remarks.Select(r => r.UserId)).Distinct()
            .ToList();
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        string Name(string id) => names.GetValueOrDefault(id, EstimatingWords.RemovedPerson);

        var said = answers.ToLookup(a => a.ItemId, a => new ItemAnswer(a.Id, Name(a.UserId), a.AnswerText, a.CreatedAt,
            a.ActiveMilliseconds > 0 ? a.ActiveMilliseconds / 1000.0 : null, a.Surplus, a.UserId, a.AnswerJson));
        var voices = skips.Select(s => (s.ItemId, Voice: new ItemVoice(Name(s.UserId), s.Reason, null, false, s.CreatedAt)))
            .Concat(remarks.Select(r => (r.ItemId, Voice: new ItemVoice(Name(r.UserId), null, r.Note, r.Flagged, r.UpdatedAt))))
            .ToLookup(v => v.ItemId, v => v.Voice);
        return items.Distinct().ToDictionary(id => id, id => new ItemDetail([.. said[id]], [.. voices[id]], reviews.GetValueOrDefault(id),
            [.. (fields.GetValueOrDefault(id) ?? []).Select(f => new ItemField(f.Item1, f.Item2))]));
    }
}
