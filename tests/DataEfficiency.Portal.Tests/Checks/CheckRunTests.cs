using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Checks;

public sealed class CheckRunTests
{
    [Fact]
    public async Task Check_At32RandomLabels_RunsByItselfAndStoresWhatItMeasured()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(200, 40);
        var row = Assert.Single(await world.UntilAsync(project, CheckWorld.AreDone));

        Assert.Equal((CheckKind.CrossValidated, CheckReason.Doubling, 32, null), (row.Kind, row.Reason, row.Step, row.AskedBy));
        Assert.Equal((40, 40, "fake", "f00d", 2), (row.LabelsSpent, row.Examples, row.Model, row.ModelSha256, row.Recipe));
        // 8 of 40 wrong, 20 right before
        Assert.Equal((.8, .5, 40, null), (row.Score, row.ZeroShot, row.Tested, row.F1));
        Assert.Equal((.8 - .5) / .5, row.Share!.Value, 9);
        var p = 33.0 / 42;
        Assert.Equal(Math.Sqrt(p * (1 - p) / 40) / .5, row.StandardError!.Value, 9);
        Assert.Equal((10.0, 10.0), (row.ExpectedSeconds, row.Seconds));
        await using var db = await world.OpenDbAsync();
        var predictions = await db.CheckPredictions.ToListAsync();
        Assert.Equal((40, 32, 20), (predictions.Count, predictions.Count(x => x.Right), predictions.Count(x => x.ZeroShotRight)));
        var asked = Assert.Single(world.Fake().Begun).Request;
        // what each answer's share was, by the answer
        Assert.All(predictions, x => Assert.Equal(asked.Task.Answers!.Select((a, i) => (a, i == 0 ? 1.0 : 0)).Order(),
            JsonSerializer.Deserialize<Dictionary<string, double>>(x.Shares!)!.Select(s => (s.Key, s.Value)).Order()));
        Assert.All(asked.Labels, l => Assert.True(l.Random));
        Assert.Empty(asked.Test);
        Assert.True(Directory.Exists(world.Services.GetRequiredService<CheckFolders>().Kept(row)));
    }

    [Fact]
    public void F1_OfAnswersWithParts_IsTheMeanOverWhatWasTested()
    {
        CheckExample[] labels = [new(1, new("a", "food; travel"), true), new(2, new("b", "none"), true), new(3, new("c", "food"), false)];
        var request = new CheckRequest(new TaskPrompt("Which?", null), CheckKind.CrossValidated, labels, [], null, null,
            CheckTraining.Auto, 1, "");
        var result = new CheckResult(3, .5, null, 2, 0, 1e-3, 9, 1,
            [new(1, "food", false, "bank", false), new(2, "none", true, "food", false)], null);

        var (trained, untrained) = CheckRun.F1(TaskKinds.Of(TaskType.MultiLabel), request, result);

        Assert.Equal((1 + 2 / 3.0) / 2, trained!.Value, 9);
        Assert.Equal(0, untrained);
        Assert.Equal((null, null), CheckRun.F1(TaskKinds.Of(TaskType.SingleChoice), request, result));
    }

    [Fact]
    public async Task Check_Done_LeavesItsModelAlone_WhichGoesWithTheProject()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(200, 40);
        var row = Assert.Single(await world.UntilAsync(project, CheckWorld.AreDone));
        var folder = world.Services.GetRequiredService<CheckFolders>().Of(row.Id);

        // checkpoints and the labels' texts have served once the run is closed, which comes right behind the row
        await ComesAsync(() => Directory.GetFileSystemEntries(folder) is [var kept] && Path.GetFileName(kept) == "kept");
        await world.Services.GetRequiredService<ProjectService>().DeleteAsync(project, "lead");
        await ComesAsync(() => !Directory.Exists(folder));
    }

    private static async Task ComesAsync(Func<bool> what)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        while (!what()) await Task.Delay(10, limit.Token);
    }

    [Fact]
    public async Task Check_OfTheSameStep_RunsOnceAndTheNextAtTheNextStepWithItsRate()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(200, 40);
        await world.UntilAsync(project, CheckWorld.AreDone);
        await world.LabelAsync(project, 9, Stratum.Random);
        await world.RingAndWaitAsync(project);
        Assert.Single(await world.RowsAsync(project));

        await world.LabelAsync(project, 1, Stratum.Random);
        var rows = await world.UntilAsync(project, r => r.Count == 2 && CheckWorld.AreDone(r));
        Assert.Equal([32, 50], rows.Select(r => r.Step));
        Assert.Equal([null, 1e-3], world.Fake().Begun.Select(b => b.Request.Rate));
    }

    [Fact]
    public async Task Check_TooDear_IsOfferedAndWaitsForALead()
    {
        using var world = new EstimatingWorld();
        world.Fake().Seconds = 3600;
        var project = await world.RandomPoolAsync(200, 40);
        var offer = Assert.Single(await world.UntilAsync(project, r => r.Count > 0));
        Assert.True(offer.IsOffered);
        Assert.Equal(3600, offer.ExpectedSeconds);
        Assert.Empty(world.Fake().Begun);

        Assert.True(await world.Checks().RunAsync(project, offer.Id, "lead"));
        var row = Assert.Single(await world.UntilAsync(project, CheckWorld.AreDone));
        Assert.Equal((offer.Id, "lead"), (row.Id, row.AskedBy));
        Assert.False(await world.Checks().RunAsync(project, offer.Id, "lead"));
    }

    [Fact]
    public async Task Skip_Ahead_TakesTheNextStepBeforeItIsDue()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(300, 40);
        await world.UntilAsync(project, CheckWorld.AreDone);
        await world.Checks().SkipAheadAsync(project, CheckReason.Doubling, 50, "lead");
        await world.Checks().SkipAheadAsync(project, CheckReason.Doubling, 50, "lead");
        Assert.Equal((2, "skipped"), ((await world.RowsAsync(project)).Count, CheckEndpoints.State((await world.RowsAsync(project))[1])));
        await world.LabelAsync(project, 20, Stratum.Random);
        await world.RingAndWaitAsync(project);
        await world.LabelAsync(project, 40, Stratum.Random);
        var rows = await world.UntilAsync(project, r => r.Count == 3 && CheckWorld.AreDone([r[2]]));
        Assert.Equal((CheckReason.Doubling, 100), (rows[2].Reason, rows[2].Step));
    }

    [Fact]
    public async Task Skip_OfAnOffer_TakesTheStep()
    {
        using var world = new EstimatingWorld();
        world.Fake().Seconds = 3600;
        var project = await world.RandomPoolAsync(200, 40);
        var offer = Assert.Single(await world.UntilAsync(project, r => r.Count > 0));
        await world.Checks().SkipAsync(project, offer.Id, "lead");
        await world.LabelAndWaitAsync(project, 1);
        await world.RingAndWaitAsync(project);

        Assert.False(Assert.Single(await world.RowsAsync(project)).IsOffered);
        Assert.False(await world.Checks().RunAsync(project, offer.Id, "lead"));
    }

    [Fact]
    public async Task Check_UnderWay_GivesWayToEstimatesAndIsCancelled()
    {
        using var world = new EstimatingWorld();
        world.Fake().Steps = 1_000_000;
        var project = await world.RandomPoolAsync(200, 40);
        var other = await world.AddPoolAsync(100, drawn: true);
        await world.UntilAsync(project, r => r is [{ Job.State: WorkState.Running }]);
        while (!world.Estimator.Calls.Contains("check step")) await Task.Delay(5);

        Assert.NotNull((await world.LabelAndWaitAsync(other, 3)).Estimate);

        var row = Assert.Single(await world.RowsAsync(project));
        Assert.Equal(WorkState.Running, row.Job!.State);
        await world.Checks().CancelAsync(project, row.Id, "lead");
        row = Assert.Single(await world.UntilAsync(project, r => r[0].Job!.State == WorkState.Cancelled));
        Assert.Null(row.Score);
        var folders = world.Services.GetRequiredService<CheckFolders>();
        Assert.False(Directory.Exists(folders.Of(row.Id)));
        // the engine is free again
        Assert.NotNull((await world.LabelAndWaitAsync(other, 3)).Estimate);
    }

    [Fact]
    public async Task Check_BeingMeasured_GivesWayToEstimates()
    {
        using var world = new EstimatingWorld();
        world.Fake().Seconds = 3600;
        var project = await world.RandomPoolAsync(200, 40);
        var other = await world.AddPoolAsync(100, drawn: true);
        await world.LabelAsync(other, 3);
        // the label comes while the engine measures
        world.Estimator.Measuring = () => world.Queue.Ring(other);
        await world.UntilAsync(project, r => r.Count > 0);
        Assert.Contains("forecast 3", world.Estimator.Calls.SkipWhile(c => c != "measure check").TakeWhile(c => c != "measured"));
    }

    [Fact]
    public async Task Check_NoRoomForAnothersEstimate_StepsAsideAndGoesOnFromThere()
    {
        using var world = new EstimatingWorld();
        world.Fake().Steps = 1_000_000;
        var project = await world.RandomPoolAsync(200, 40);
        var other = await world.AddPoolAsync(100, drawn: true);
        await world.UntilAsync(project, r => r is [{ Job.State: WorkState.Running }]);
        world.EstimatorHost.HasRoom = false;
        while (world.Estimator.Calls.Count(c => c == "check step") < 3) await Task.Delay(5);
        Assert.NotNull((await world.LabelAndWaitAsync(other, 3)).Estimate);
        while (world.Fake().Begun.Count < 2) await Task.Delay(5);

        var begun = world.Fake().Begun.ToArray();
        Assert.Equal(0, begun[0].From);
        Assert.InRange(begun[1].From, 3, 1_000_000);
        world.EstimatorHost.HasRoom = true;
        await world.Checks().CancelAsync(project, (await world.RowsAsync(project))[0].Id, "lead");
        await world.UntilAsync(project, r => r[0].Job!.State == WorkState.Cancelled);
    }

    [Fact]
    public async Task Check_PortalEnded_GoesOnWithTheSameLabels()
    {
        var world = new EstimatingWorld { KeepDataFolder = true };
        world.Fake().Steps = 1_000_000;
        var project = await world.RandomPoolAsync(200, 40);
        await world.UntilAsync(project, r => r is [{ Job.State: WorkState.Running }]);
        while (world.Estimator.Calls.Count(c => c == "check step") < 3) await Task.Delay(5);
        await world.LabelAsync(project, 5, Stratum.Random);
        world.Dispose();

        using var again = new EstimatingWorld { DataFolder = world.DataFolder };
        var from = world.Fake().Begun.Single();
        again.Fake().Steps = 5;
        _ = again.Services;
        var row = (await again.UntilAsync(project, r => r[0].Job!.State == WorkState.Done, ring: false))[0];
        var begun = again.Fake().Begun.First();
        Assert.True(begun.From >= 3);
        Assert.Equal(from.Request.Labels, begun.Request.Labels);
        Assert.Equal(40, row.Tested);
    }

    [Fact]
    public async Task Check_OneAnswerAmongThem_IsNoneAndSaysWhy()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(200, 0);
        await world.WriteAsync(db => db.Labels.Where(l => l.ProjectId == project && l.Order == 1).ExecuteDeleteAsync());
        await world.LabelAsync(project, 40, Stratum.Random);
        var row = Assert.Single(await world.UntilAsync(project, r => r.Count > 0));

        Assert.Equal(CheckFailures.OneAnswer, row.FailureCode);
        Assert.Contains("40", Portal.Sentences.StoredSaid.Words(row.Failure!), StringComparison.Ordinal);
        Assert.Empty(world.Fake().Begun);
    }

    [Fact]
    public async Task Check_UntrainedModelIsAtTheCeiling_IsNoPointAndSaysWhy()
    {
        using var world = new EstimatingWorld();
        world.Fake().ZeroShotEvery = 1;
        var project = await world.RandomPoolAsync(200, 40);
        var row = Assert.Single(await world.UntilAsync(project, CheckWorld.AreDone));

        Assert.Equal((CheckFailures.SmallGap, null, 1.0), (row.FailureCode, row.Share, row.ZeroShot));
    }

    [Fact]
    public async Task Check_EngineRefuses_IsStoredWithItsReason()
    {
        using var world = new EstimatingWorld();
        world.Fake().Refusal = new CheckRefusedException(CheckRefusal.TooLong, "3 labels do not fit the model's context.");
        var project = await world.RandomPoolAsync(200, 40);
        var row = Assert.Single(await world.UntilAsync(project, r => r.Count > 0));
        Assert.Equal(("too-long", "3 labels do not fit the model's context."), (row.FailureCode, StoredSaid.Words(row.Failure!)));

        // a lead who asks all the same hears the same
        await world.Checks().AskAsync(project, null, "lead");
        row = (await world.UntilAsync(project, r => r.Count == 2 && r[1].Job!.State == WorkState.Failed))[1];
        Assert.Equal(("too-long", "3 labels do not fit the model's context."), (row.FailureCode, StoredSaid.Words(row.Job!.Error!)));
    }

    [Fact]
    public async Task Check_TestSetIsWhole_IsSetAsideOnTheBeginningOfTheRandomOrder()
    {
        using var world = new EstimatingWorld();
        world.Fake().Seconds = 3600;
        var project = await world.RandomPoolAsync(300, 40);
        await world.LabelAsync(project, 20);
        await world.WriteAsync(db => db.Items.Where(i => i.ProjectId == project && i.Line > 200 && i.Line <= 240)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.Split, ItemSplit.Test)));
        await world.WriteAsync(db => db.Slots.Where(s => db.Items.Any(i => i.Id == s.ItemId && i.Split == ItemSplit.Test))
            .ExecuteDeleteAsync());
        await world.LabelAsync(project, 200, Stratum.Active);
        await world.Checks().AskAsync(project, 50, "lead");
        await world.Checks().AskAsync(project, null, "lead");
        await world.UntilAsync(project, r => r.Count(c => c.Job?.State == WorkState.Done) == 2);

        var (asked, all) = (world.Fake().Begun.First().Request, world.Fake().Begun.Last().Request);
        Assert.Equal((CheckKind.SetAside, 50, 40), (asked.Kind, asked.Size, asked.Test.Count));
        Assert.Equal(220, all.Size);
        Assert.Equal(Enumerable.Repeat(true, 40), asked.Labels.Take(40).Select(l => l.Random));
        Assert.DoesNotContain(asked.Labels, l => asked.Test.Any(t => t.Id == l.Id));
        Assert.Equal(220, asked.Labels.Count);
    }

    // The others train by option; a validation set is looked at and neither trained on nor scored.
    [Theory]
    [InlineData(true, 210)]
    [InlineData(false, 40)]
    public async Task Check_SetAside_TakesTheOthersWhereTheProjectSaysSo(bool others, int training)
    {
        using var world = new EstimatingWorld();
        world.Fake().Seconds = 3600;
        var project = await world.RandomPoolAsync(300, 40, p => p.ChecksTakeOthers = others);
        await world.LabelAsync(project, 20);
        foreach (var (from, to, split) in new[] { (200, 240, ItemSplit.Test), (240, 250, ItemSplit.Validation) })
            await world.WriteAsync(db => db.Items.Where(i => i.ProjectId == project && i.Line > from && i.Line <= to)
                .ExecuteUpdateAsync(i => i.SetProperty(x => x.Split, split)));
        await world.WriteAsync(db => db.Slots.Where(s => db.Items.Any(i => i.Id == s.ItemId && i.Split != ItemSplit.Pool))
            .ExecuteDeleteAsync());
        await world.LabelAsync(project, 200, Stratum.Active);
        await world.Checks().AskAsync(project, 250, "lead");
        await world.UntilAsync(project, r => r.Any(c => c.Job?.State == WorkState.Done));
        var asked = world.Fake().Begun.First().Request;
        Assert.Equal((CheckKind.SetAside, training, 40, 10),
            (asked.Kind, asked.Labels.Count, asked.Test.Count, asked.Validation!.Count));
        Assert.Equal(training, asked.Size);
    }
}
