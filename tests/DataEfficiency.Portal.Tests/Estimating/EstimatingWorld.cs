using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>A portal with projects of made-up items and the real worker on a fake engine. Waits on the feed, never on the clock.</summary>
public sealed class EstimatingWorld : PortalFactory
{
    public EstimatingWorld() => Settings["Estimation:FeedInterval"] = "00:00:00";

    public EstimateQueue Queue => Services.GetRequiredService<EstimateQueue>();

    public EstimateFeed Feed => Services.GetRequiredService<EstimateFeed>();

    public RankJobs Ranking => Services.GetRequiredService<RankJobs>();

    /// <param name="text">The text of the i-th item.</param>
    public async Task<int> AddPoolAsync(int items, bool drawn = false, Func<int, string>? text = null, Func<int, string?>? gold = null)
    {
        var project = await AddProjectAsync();
        await AddLeadAsync(project.Id);
        await WriteAsync(async db =>
        {
            var stored = await db.Projects.SingleAsync(p => p.Id == project.Id);
            (stored.Model, stored.Seed, stored.ItemCount, stored.VisibleImport, stored.RankVersion) = ("fake", 7, items, 1, drawn ? 1 : 0);
            db.Labels.AddRange(new Label { ProjectId = project.Id, Name = "yes", AnswerText = "yes", Order = 0 },
                new Label { ProjectId = project.Id, Name = "no", AnswerText = "no", Order = 1 });
            db.Items.AddRange(Enumerable.Range(0, items).Select(i => new Item
            {
                ProjectId = project.Id, ImportId = 1, Line = i + 1, Text = text?.Invoke(i) ?? $"text {i}", Gold = gold?.Invoke(i),
                TextHash = [(byte)i, (byte)(i >> 8)], RandomRank = i,
            }));
            if (drawn)
                db.Jobs.Add(new Job
                {
                    Kind = JobKind.Ranking, ProjectId = project.Id, State = WorkState.Done, Done = items, Total = items,
                });
            await db.SaveChangesAsync();
            db.Slots.AddRange(db.Items.Where(i => i.ProjectId == project.Id).Select(i => new Slot
            {
                ProjectId = project.Id, ItemId = i.Id, ImportId = 1, RandomRank = i.RandomRank, ActiveRank = i.RandomRank,
            }));
            await db.SaveChangesAsync();
            if (drawn) await db.AddRankingAsync(stored);
            if (drawn)
                await db.AddDrawAsync(stored, await db.Items.Where(i => i.ProjectId == project.Id).OrderBy(i => i.Id).Select(i => i.Id)
                    .Take(100).ToListAsync());
        });
        return project.Id;
    }

    /// <summary>Labels the next items in drawn order, as a submit commits them; does not ring.</summary>
    /// <param name="stratum">Which queue gave them.</param>
    public Task LabelAsync(int projectId, int count, Stratum stratum = Stratum.First32) => WriteAsync(async db =>
    {
        var labelled = await db.Answers.Where(l => l.ProjectId == projectId).Select(l => l.ItemId).ToListAsync();
        var definitions = await db.Labels.Where(d => d.ProjectId == projectId).OrderBy(d => d.Order).ToListAsync();
        var items = await db.Items.Where(i => i.ProjectId == projectId && !labelled.Contains(i.Id))
            .OrderBy(i => db.DrawItems.Where(d => d.ItemId == i.Id && db.Projects.Any(p => p.DrawId == d.DrawId))
                .Select(d => (int?)d.Place).FirstOrDefault() ?? int.MaxValue).ThenBy(i => i.Id).Take(count).ToListAsync();
        if (!await db.Users.AnyAsync(u => u.Id == "u")) db.Users.Add(new AppUser { Id = "u", DisplayName = "Uma" });
        foreach (var (item, n) in items.Select((item, n) => (item, n)))
        {
            var definition = definitions[(labelled.Count + n) % definitions.Count];
            db.Answers.Add(new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = projectId, ItemId = item.Id, UserId = "u", LabelId = definition.Id,
                AnswerText = definition.AnswerText, Stratum = stratum, ActiveMilliseconds = 5000,
            });
        }
        await db.SaveChangesAsync();
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId);
        foreach (var item in items) await FinalAnswers.SettleAsync(db, project, item.Id, CancellationToken.None);
        await db.Projects.Where(p => p.Id == projectId)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + items.Count));
    });

    public async Task<ForecastUpdate> LabelAndWaitAsync(int projectId, int count)
    {
        await LabelAsync(projectId, count);
        return await RingAndWaitAsync(projectId);
    }

    /// <summary>Rings and waits until the estimator has looked at the newest label version.</summary>
    public async Task<ForecastUpdate> RingAndWaitAsync(int projectId)
    {
        var version = (await ProjectAsync(projectId)).LabelVersion;
        return await WaitAsync(projectId, u => u.LabelVersion >= version, () => Queue.Ring(projectId));
    }

    /// <summary>The first picture after <paramref name="act"/> that fits.</summary>
    public async Task<ForecastUpdate> WaitAsync(int projectId, Func<ForecastUpdate, bool> fits, Action? act = null)
    {
        using var subscription = Feed.Subscribe(projectId);
        using var patience = new CancellationTokenSource(Patience.Long);
        act?.Invoke();
        if (act is null && subscription.Latest is { } latest && fits(latest)) return latest;
        await foreach (var update in subscription.ReadAllAsync(patience.Token))
            if (fits(update)) return update;
        throw new InvalidOperationException("The feed ended.");
    }

    public async Task<Project> ProjectAsync(int projectId)
    {
        await using var db = await OpenDbAsync();
        return await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId);
    }

    public async Task<List<StoredEstimate>> EstimatesAsync(int projectId)
    {
        await using var db = await OpenDbAsync();
        return await db.Estimates.AsNoTracking().Where(e => e.ProjectId == projectId).OrderBy(e => e.Id).ToListAsync();
    }

    /// <summary>The places of the project's draw, in drawn order.</summary>
    public async Task<List<DrawItem>> DrawAsync(int projectId)
    {
        await using var db = await OpenDbAsync();
        return await db.DrawItems.AsNoTracking().Where(d => db.Projects.Any(p => p.Id == projectId && p.DrawId == d.DrawId))
            .OrderBy(d => d.Place).ToListAsync();
    }

    /// <summary>The project's items in the order of their ids, with what the ranking in use says of them.</summary>
    public async Task<List<RankedRow>> ItemsAsync(int projectId)
    {
        await using var db = await OpenDbAsync();
        return await (from i in db.Items
                      where i.ProjectId == projectId
                      join s in db.ScoresInUse(projectId) on i.Id equals s.ItemId into scores
                      from score in scores.DefaultIfEmpty()
                      orderby i.Id
                      select new RankedRow(i.Id, i.Text, (double?)score.Confidence, score.Unusable,
                          db.Slots.Where(s => s.ItemId == i.Id).Select(s => s.ActiveRank).First())).ToListAsync();
    }

    public sealed record RankedRow(long Id, string Text, double? Confidence, string? Unusable, int ActiveRank);

    /// <summary>More items with their slots, as a second import leaves them.</summary>
    public Task GrowAsync(int projectId, int from, int count) => WriteAsync(async db =>
    {
        db.Items.AddRange(Enumerable.Range(from, count).Select(i =>
            new Item { ProjectId = projectId, ImportId = 2, Text = $"text {i}", RandomRank = i }));
        await db.SaveChangesAsync();
        db.Slots.AddRange(db.Items.Where(i => i.ProjectId == projectId && i.ImportId == 2).Select(i => new Slot
        {
            ProjectId = projectId, ItemId = i.Id, ImportId = 2, RandomRank = i.RandomRank, ActiveRank = i.RandomRank,
        }));
        await db.SaveChangesAsync();
        await db.Projects.Where(p => p.Id == projectId).ExecuteUpdateAsync(p => p.SetProperty(x => x.VisibleImport, 2));
    });

    public Task WriteAsync(Func<AppDbContext, Task> work) => Services.GetRequiredService<WriteQueue>()
        .WriteAsync((db, _) => work(db), CancellationToken.None);
}
