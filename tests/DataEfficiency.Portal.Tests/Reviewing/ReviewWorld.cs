using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Reviewing;

/// <summary>A project with two places an item, two annotators and a lead who reviews.</summary>
public sealed class ReviewWorld : IAsyncDisposable
{
    public LabelingWorld Portal { get; } = new();

    public Annotator Ada { get; private set; } = null!;

    public Annotator Bob { get; private set; } = null!;

    public AppUser Lead { get; private set; } = null!;

    public IReadOnlyList<long> Items { get; private set; } = [];

    public int ProjectId => Portal.ProjectId;

    public async Task StartAsync(int items = 2, TaskType type = TaskType.SingleChoice)
    {
        await Portal.AddPoolAsync(items, drawn: items, type: type);
        await Portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            foreach (var slot in await db.Slots.AsNoTracking().ToListAsync(token))
                db.Slots.Add(new Slot
                {
                    ProjectId = slot.ProjectId, ItemId = slot.ItemId, ImportId = slot.ImportId, SlotNo = 1, RandomRank = slot.RandomRank,
                    ActiveRank = slot.ActiveRank,
                });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        (Ada, Bob) = (await Portal.AddAnnotatorAsync("ada"), await Portal.AddAnnotatorAsync("bob"));
        Lead = await Portal.AddPersonAsync("lead");
        await Portal.AddMemberAsync(ProjectId, Lead.Id, ProjectRole.Lead);
        await using var db = await Portal.OpenDbAsync();
        Items = await db.Items.Where(i => i.ProjectId == ProjectId).OrderBy(i => i.Id).Select(i => i.Id).ToListAsync();
        foreach (var person in new[] { Ada, Bob })
            for (var have = 0; have < items;)
                have += (await person.NextAsync(3, null, [.. Items.Take(have)])).Cards.Count;
    }

    /// <summary>One answer of each: places of labels, or -1 for a skip.</summary>
    public async Task AnswerAsync(int item, int ada, int bob)
    {
        foreach (var (person, label) in new[] { (Ada, ada), (Bob, bob) })
            if (label < 0) await person.SkipAsync(Items[item]);
            else await person.SubmitAsync(person.Answer(Items[item], label));
    }

    public Task<DeckReply> FlagAsync(Annotator person, int item, string? note = null) => person.ReadAsync<DeckReply>("remarks",
        new RemarksRequest(person.Deck(0), [new RemarkRecord(Guid.NewGuid(), person.UserId, Items[item], true, note)]));

    public Task<ReviewList> ListAsync(string? user = null) =>
        Portal.Services.GetRequiredService<ReviewReader>().ListAsync(ProjectId, user ?? Lead.Id, CancellationToken.None);

    public async Task<ReviewCard> CardAsync(OpenReview open)
    {
        await using var db = await Portal.OpenDbAsync();
        var project = await db.Projects.SingleAsync(p => p.Id == ProjectId);
        return (await Portal.Services.GetRequiredService<ReviewReader>().CardAsync(project, open, CancellationToken.None))!;
    }

    public Task<ReviewRefusal?> DecideAsync(ReviewDecision decision, string? user = null) =>
        Portal.Services.GetRequiredService<ReviewService>().DecideAsync(ProjectId, user ?? Lead.Id, decision, CancellationToken.None);

    public async Task<Final?> FinalAsync(int item)
    {
        await using var db = await Portal.OpenDbAsync();
        return await db.Finals.AsNoTracking().SingleOrDefaultAsync(f => f.ItemId == Items[item]);
    }

    public ValueTask DisposeAsync() => Portal.DisposeAsync();
}
