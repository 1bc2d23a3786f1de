using DataEfficiency.Cli.Simulation;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Cli;

/// <summary>Twenty annotators on the portal as people run it, a process of its own, which is killed in the middle.</summary>
public sealed class KilledPortalTests : IDisposable
{
    private const int People = 20, BeforeTheKill = 150, BehindIt = 150;

    private readonly PortalProcess _portal = new();

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task TwentyAnnotators_PortalKilledInTheMiddle_NothingIsLostNobodyStarvesNoItemIsAskedTooOften()
    {
        var (project, people) = await PrepareAsync();
        await _portal.StartAsync();
        var (halfway, killed) = (new TaskCompletionSource(), 0);
        var plan = new LoadPlan(project, People, 60, Patience.Long, 1).With((.7, .95), paceSpread: 3, abandoned: .02, twice: .1);
        var load = new Load(plan, people, () => new HttpClient(Load.Handler()) { BaseAddress = new(_portal.Url) })
        {
            Lead = people[0],
            Enough = f =>
            {
                if (f.Acknowledged >= BeforeTheKill) halfway.TrySetResult();
                return Volatile.Read(ref killed) is > 0 and var then && f.Acknowledged >= then + BehindIt
                    && f.Outages is [{ AllServed: not null }];
            },
        }.RunAsync(null, _ => { }, CancellationToken.None);

        await Task.WhenAny(halfway.Task, load);
        await _portal.KillAsync();
        Volatile.Write(ref killed, BeforeTheKill);
        await _portal.StartAsync();
        var figures = await load;

        var said = string.Join("\n", figures.Lines());
        Assert.True(figures.Check!.Holds, said);
        Assert.Equal(figures.Acknowledged, figures.Check.Found);
        Assert.True(figures is { Acknowledged: >= BeforeTheKill + BehindIt, SentTwice: > 0, TabsLeft: > 0, Fewest: > 0 }, said);
        Assert.Empty(figures.EmptyDecks);
        Assert.Equal(["network"], figures.Errors.Keys);
    }

    /// <summary>1,000 items of which a fifth is asked twice, gold and a test set among them, and a token for each person.</summary>
    private async Task<(int Project, IReadOnlyList<SimulatedPerson> People)> PrepareAsync()
    {
        await using var portal = new PortalFactory { DataFolder = _portal.Folder, KeepDataFolder = true };
        var (id, _) = await portal.AddLabelPoolAsync(1000, 40, ranked: true, TaskType.SingleChoice, ["yes", "no", "perhaps"], change: p =>
            (p.OverlapShare, p.TestAnswers, p.GoldShare, p.TestSize, p.ValidationSize) = (.2, 2, .1, 30, 0));
        await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            await db.Items.ExecuteUpdateAsync(i => i.SetProperty(x => x.Gold, "yes"), token);
            var project = await db.Projects.SingleAsync(p => p.Id == id, token);
            await Portal.Labeling.TestSet.DrawAsync(db, project, token);
            await SlotSql.FitAsync(db, project, await db.Items.Select(i => i.Id).ToListAsync(token), token);
        }, CancellationToken.None);
        var people = new List<SimulatedPerson>();
        for (var i = 0; i < People; i++)
        {
            var user = await portal.AddPersonAsync($"person{i}");
            await portal.AddMemberAsync(id, user.Id, i == 0 ? ProjectRole.Lead : ProjectRole.Annotator);
            people.Add(SimulatedPerson.Of(await portal.Services.GetRequiredService<AccessTokens>()
                .CreateAsync(user.Id, "load", CancellationToken.None)));
        }
        return (id, people);
    }
}
