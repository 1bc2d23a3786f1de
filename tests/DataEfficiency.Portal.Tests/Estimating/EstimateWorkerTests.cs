using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using DataEfficiency.Prompts;
using DataEfficiency.Portal.Tests.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class EstimateWorkerTests
{
    [Fact]
    public async Task Label_Rung_AppendsEstimateOfItsVersion()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        var update = await world.LabelAndWaitAsync(project, 9);

        var row = Assert.Single(await world.EstimatesAsync(project));
        Assert.Equal((9, 9, 9L, "fake", "f00d", 1L),
            (row.LabelCount, row.FirstCount, row.LabelVersion, row.Model, row.ModelSha256, row.AdapterSeed));
        Assert.Equal(row.CosLow, update.Estimate!.CosLow.Median);
        Assert.Equal(9 * 9 * 8, row.Cosines!.Length);
        Assert.Empty(update.Estimate.CosLow.Cosines);
        Assert.Equal(9, (await world.ProjectAsync(project)).EstimatedVersion);
    }

    /// <summary>Nothing can be forecast yet, and an answer outside the first 32 does not change that: its look costs no counting.</summary>
    [Fact]
    public async Task Answer_WhereNothingCanBeForecastYet_IsLookedAtWithoutCountingAgain()
    {
        var counter = new StatementCounter();
        using var world = new EstimatingWorld();
        world.ConfigureServices = services => services.ConfigureDbContext<AppDbContext>(o => o.AddInterceptors(counter));
        var project = await world.AddPoolAsync(40);
        await world.WriteAsync(db => db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.State, ProjectState.Active)));
        var user = await world.AddPersonAsync("ada");
        await world.AddMemberAsync(project, user.Id, ProjectRole.Annotator);
        var cards = await world.Services.GetRequiredService<ClaimService>()
            .NextAsync(new ClaimRequest(project, user.Id, "tab", [], [], 2), CancellationToken.None);
        await using var db = await world.OpenDbAsync();
        var label = await db.Labels.Where(l => l.ProjectId == project).Select(l => l.Id).FirstAsync();
        for (var i = 0; i < 2; i++)
        {
            counter.Statements.Clear();
            var given = JsonSerializer.SerializeToElement(new { label });
            var answer = new AnswerRecord(Guid.NewGuid(), user.Id, cards[i].ItemId, given, 0, 900);
            await world.Services.GetRequiredService<LabelService>().SubmitAsync(project, user.Id, answer, CancellationToken.None);
            await world.WaitAsync(project, u => u.LabelVersion == i + 1);
            // what an estimate is made of is read with one statement over all final answers
            Assert.Equal(i == 0, counter.Statements.Any(s => s.Contains("FROM \"Finals\" AS \"f\"\nINNER JOIN \"Answers\"",
                StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task PublishedFit_OfAModelWithoutACalibration_GivesASafeStop_AndIsStoredAsSuch()
    {
        using var world = new EstimatingWorld { Estimator = new FakeEstimator { Calibration = null,
            Published = PublishedFit.Find("Llama-3.1-8B-Instruct") } };
        var project = await world.AddPoolAsync(400, drawn: true);
        var update = await world.LabelAndWaitAsync(project, 32);
        var estimate = update.Estimate!;
        Assert.Equal((AreaSource.Published, "A", 30), (estimate.AreaSource!.Value, estimate.Stop.Rule, estimate.ReferenceTasks!.Value));
        Assert.Contains(ReasonText.Published,
            VerdictText.Of(new(update, 400, 5000), System.Globalization.CultureInfo.InvariantCulture).Details);
        Assert.Equal(AreaSource.Published, EstimatePayload.Read((await world.EstimatesAsync(project)).Last().Payload!).AreaSource);
    }

    [Fact]
    public async Task ChangedTarget_TakesTheOldForecastAwayAtOnce_UntilItsOwnHasCome()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        Assert.Equal(Outdated.No, (await world.LabelAndWaitAsync(project, 32)).Outdated);
        world.Estimator.Block();
        var projects = world.Services.GetRequiredService<ProjectService>();
        var form = (await projects.FindAsync(project))!.Value.Form;
        form.TargetValue = .7;
        await projects.SaveAsync(project, form, "lead");

        // the engine is busy, and no page shows the verdict of another target meanwhile
        var changed = await world.WaitAsync(project, u => u.Outdated == Outdated.Target);
        Assert.Equal(.9, changed.Estimate!.Target.Share);
        var anew = await world.WaitAsync(project, u => u.Outdated == Outdated.No, world.Estimator.Unblock);
        Assert.Equal(.7, anew.Estimate!.Target.Share);
    }

    [Fact]
    public async Task Start_AfterCrashBeforeRing_RunsDueProjectsOnly()
    {
        var folder = Directory.CreateTempSubdirectory("portal-test-").FullName;
        int due, done;
        using (var before = new EstimatingWorld { DataFolder = folder, KeepDataFolder = true })
        {
            due = await before.AddPoolAsync(400, drawn: true);
            done = await before.AddPoolAsync(400, drawn: true);
            await before.LabelAndWaitAsync(done, 3);
            // committed, and the process ends before anybody rings
            await before.LabelAsync(due, 5);
        }
        using var after = new EstimatingWorld { DataFolder = folder };
        var update = await after.WaitAsync(due, u => u.LabelVersion == 5);
        Assert.Equal(5, update.Estimate!.CosLow.Count);
        Assert.Single(await after.EstimatesAsync(done));
        Assert.DoesNotContain("forecast 3", after.Estimator.Calls);
    }

    [Fact]
    public async Task Settings_SavedBeforeACrash_AreRankedAndEstimatedAtTheNextStart()
    {
        var folder = Directory.CreateTempSubdirectory("portal-test-").FullName;
        int target, prompt;
        using (var before = new EstimatingWorld { DataFolder = folder, KeepDataFolder = true })
        {
            target = await before.AddPoolAsync(400, drawn: true);
            prompt = await before.AddPoolAsync(400, drawn: true);
            await before.LabelAndWaitAsync(target, 3);
            await before.LabelAndWaitAsync(prompt, 3);
            // the process ends before the engine has seen any of it
            before.Estimator.Block();
            await SaveAsync(before, target, f => f.TargetValue = .7);
            await SaveAsync(before, prompt, f => f.Instruction = "Another question?");
        }
        using var after = new EstimatingWorld { DataFolder = folder };
        var update = await after.WaitAsync(target, u => u.LabelVersion > 3);
        Assert.Equal(2, (await after.EstimatesAsync(target)).Count);
        await after.WaitAsync(prompt, u => u.Ranking is { State: WorkState.Done, Total: 400 } && u.Estimate is not null);
        Assert.All(await after.ItemsAsync(prompt), i => Assert.NotNull(i.Confidence));
        Assert.All(await after.ItemsAsync(target), i => Assert.Null(i.Confidence));
    }

    private static async Task SaveAsync(EstimatingWorld world, int project, Action<ProjectForm> change)
    {
        var projects = world.Services.GetRequiredService<ProjectService>();
        var (_, form, _) = (await projects.FindAsync(project))!.Value;
        change(form);
        await projects.SaveAsync(project, form, "lead", await projects.CompareAsync(project, form));
    }

    [Fact]
    public async Task Rings_DuringARun_MakeOneNextRun()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.LabelAsync(project, 1);
        world.Estimator.Block();
        world.Queue.Ring(project);
        await world.Estimator.Arrived.WaitAsync();
        for (var i = 0; i < 10; i++)
        {
            await world.LabelAsync(project, 1);
            world.Queue.Ring(project);
        }
        await world.WaitAsync(project, u => u.LabelVersion == 11, world.Estimator.Unblock);
        Assert.Equal([1, 11], (await world.EstimatesAsync(project)).Select(e => e.FirstCount));
    }

    [Fact]
    public async Task Failure_IsARowAndTheWorkerLivesOn()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.LabelAndWaitAsync(project, 8);
        world.Estimator.Failure = new ModelException("weights.safetensors is truncated: download it again.");
        var failed = await world.LabelAndWaitAsync(project, 1);
        Assert.Equal("weights.safetensors is truncated: download it again.", failed.Error);
        Assert.Equal(8, failed.Estimate!.CosLow.Count);

        world.Estimator.Failure = null;
        var mended = await world.LabelAndWaitAsync(project, 1);
        Assert.Null(mended.Error);
        Assert.Equal([false, true, false], (await world.EstimatesAsync(project)).Select(e => e.Error is not null));
    }

    [Fact]
    public async Task UnexpectedFailure_TellsTypeButNotTheMessage()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        world.Estimator.Failure = new InvalidOperationException("/home/secret/path");
        var failed = await world.LabelAndWaitAsync(project, 1);
        Assert.Contains("InvalidOperationException", failed.Error);
        Assert.DoesNotContain("secret", failed.Error);
    }

    [Fact]
    public async Task Ring_WithUnchangedInput_AppendsNoRow()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.LabelAndWaitAsync(project, 4);
        await world.RingAndWaitAsync(project);
        Assert.Single(await world.EstimatesAsync(project));
    }

    [Fact]
    public async Task Label_BehindTheFirst_MakesAnEstimateOfItsOwn_AndTheCosinesStandOnce()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.LabelAndWaitAsync(project, 4);
        await world.WriteAsync(db =>
            db.DrawItems.Where(d => d.Place >= 4).ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, PassedOver.Unusable)));
        var update = await world.LabelAndWaitAsync(project, 1);
        Assert.Equal((5, 4), (update.Labels, update.FirstLabels));
        await world.RingAndWaitAsync(project);
        var estimates = await world.EstimatesAsync(project);
        Assert.Equal([4, 5], estimates.Select(e => e.LabelCount));
        Assert.Equal([true, false], estimates.Select(e => e.Cosines is not null));
        Assert.Equal(5, world.Estimator.Request!.Labelled!.Count);
    }

    [Fact]
    public async Task Target_Changed_AppendsARow()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.LabelAndWaitAsync(project, 4);
        await world.WriteAsync(db =>
            db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p =>
                p.SetProperty(x => x.TargetValue, .8).SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1)));
        var update = await world.RingAndWaitAsync(project);
        Assert.Equal(.8, update.Estimate!.Target.Share);
        Assert.Equal(2, (await world.EstimatesAsync(project)).Count);
    }

    [Fact]
    public async Task RawTarget_WithoutZeroShot_SaysWhatIsMissing()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.WriteAsync(db =>
            db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.TargetKind, TargetKind.RawScore)));
        Assert.Contains("zero-shot score is not known", (await world.LabelAndWaitAsync(project, 1)).Error);
    }

    [Fact]
    public async Task Example_WithoutGradient_IsMarkedAndReplaced()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true, text: i => i == 1 ? FakeEstimator.NoGradient : $"text {i}");
        var update = await world.LabelAndWaitAsync(project, 3);
        Assert.Equal(2, update.Estimate!.CosLow.Count);
        // the mark takes the item out of the first 32, so the next of the draw moves up
        Assert.Equal(2, update.FirstLabels);
        Assert.Equal("norm 0", (await world.ItemsAsync(project))[1].Unusable);
    }

    [Fact]
    public async Task Example_ThatLackedMemory_KeepsItsPlaceAndCountsTheNextTime()
    {
        using var world = new EstimatingWorld { Estimator = new FakeEstimator { LacksMemory = true } };
        var project = await world.AddPoolAsync(400, drawn: true, text: i => i == 1 ? FakeEstimator.Large : $"text {i}");
        var update = await world.LabelAndWaitAsync(project, 3);
        Assert.Equal((2, 3), (update.Estimate!.CosLow.Count, update.FirstLabels));
        Assert.Equal(new(1, "no memory", true), Assert.Single(update.Estimate.LeftOut));
        Assert.Null((await world.ItemsAsync(project))[1].Unusable);
        // nothing but the memory is another
        world.Estimator.LacksMemory = false;
        update = await world.WaitAsync(project, u => u.Estimate?.LeftOut is [], () => world.Queue.Ring(project));
        Assert.Equal((3, 3), (update.Estimate!.CosLow.Count, update.FirstLabels));
        await world.RingAndWaitAsync(project);
        Assert.Equal(2, (await world.EstimatesAsync(project)).Count);
    }

    [Fact]
    public async Task SafeStop_Passed_IsSaidFromThereOn()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.WriteAsync(db =>
            db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.MaximumBudget, 40)));
        await world.ListenAsync(project);
        await world.LabelAndWaitAsync(project, 32);
        await world.LabelAndWaitAsync(project, 7);
        Assert.Equal(Advice.KeepLabeling, (await world.LabelAndWaitAsync(project, 0)).Estimate!.Stop.Advice);
        await world.LabelAndWaitAsync(project, 1);
        var stop = await world.LabelAndWaitAsync(project, 1);
        Assert.Equal(Advice.Stop, stop.Estimate!.Stop.Advice);
        Assert.Equal([(32, Advice.KeepLabeling), (39, Advice.KeepLabeling), (40, Advice.Stop), (41, Advice.Stop)],
            (await world.EstimatesAsync(project)).Select(e => (e.LabelCount, EstimatePayload.Read(e.Payload!).Stop.Advice)));
        // outside they hear of each forecast, and of the stop once
        Assert.Equal([("forecast.updated", 32), ("forecast.updated", 39), ("forecast.updated", 40), ("forecast.stop", 40),
            ("forecast.updated", 41)], (await world.ToldAsync(project)).Select(t => (t.Event, t.Data.GetProperty("labels").GetInt32())));
    }

    [Fact]
    public async Task DueEstimate_OnAModelWithoutRoomBesideTheRankings_GoesBetweenTwoRankSteps()
    {
        using var world = new EstimatingWorld();
        ((FakeEstimatorHost)world.Services.GetRequiredService<IEstimatorHost>()).HasRoom = false;
        var ranked = await world.AddPoolAsync(300);
        var labelled = await world.AddPoolAsync(400, drawn: true);
        await world.LabelAsync(labelled, 2);
        world.Estimator.Block();
        await world.Ranking.EnqueueAsync(ranked, "lead");
        await world.Estimator.Arrived.WaitAsync();
        world.Queue.Ring(labelled);
        await world.WaitAsync(ranked, u => u.Ranking!.State == WorkState.Done, world.Estimator.Unblock);
        var calls = world.Estimator.Calls.ToList();
        Assert.Equal("rank 16", calls[0]);
        Assert.Equal("forecast 2", calls[3]);
        Assert.StartsWith("rank", calls[4]);
        Assert.Equal(2, (await world.ProjectAsync(labelled)).EstimatedVersion);
    }

    // A batch of a real model takes seconds on a CPU: a label does not wait for its end.
    [Fact]
    public async Task DueEstimate_WhileABatchIsRanked_IsStoredBeforeTheBatchIs()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(300, drawn: true);
        world.Estimator.Block();
        await world.Ranking.EnqueueAsync(project, "lead");
        await world.Estimator.Arrived.WaitAsync();
        await world.LabelAsync(project, 2);
        var update = await world.WaitAsync(project, u => u.LabelVersion == 2, () =>
        {
            world.Queue.Ring(project);
            world.Estimator.Unblock();
        });
        Assert.Equal((WorkState.Running, 0), (update.Ranking!.State, update.Ranking.Done));
        Assert.Equal(2, update.Estimate!.CosLow.Count);
        await world.WaitAsync(project, u => u.Ranking!.State == WorkState.Done);
        Assert.Equal(300, world.Estimator.Calls.Where(c => c.StartsWith("rank", StringComparison.Ordinal)).Sum(c => int.Parse(c[5..])));
    }

    [Fact]
    public async Task DueEstimate_ThatTheEngineFailsInABatch_LeavesTheRankingAlone()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(40, drawn: true);
        var other = await world.AddPoolAsync(40, drawn: true);
        await world.WriteAsync(db =>
            db.Projects.Where(p => p.Id == other).ExecuteUpdateAsync(p => p.SetProperty(x => x.Model, FakeEstimatorHost.Missing)));
        world.Estimator.Block();
        await world.Ranking.EnqueueAsync(project, "lead");
        await world.Estimator.Arrived.WaitAsync();
        await world.LabelAsync(other, 2);
        world.Queue.Ring(other);
        await world.WaitAsync(project, u => u.Ranking!.State == WorkState.Done, world.Estimator.Unblock);
        Assert.Contains("not installed", Assert.Single(await world.EstimatesAsync(other)).Error);
    }
}
