using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Calibrating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Checks;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Calibrating;

public sealed class CalibrationTurnsTests
{
    [Fact]
    public async Task Calibration_ToItsEnd_IsReadAndTheModelOpenedAnewWithoutARestart()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        var before = world.Folder().Calibration!;
        Assert.Null(await world.Jobs().StartAsync(CalibratingWorld.Small, await world.AdminAsync()));
        Assert.NotNull(await world.Jobs().StartAsync(CalibratingWorld.Small, await world.AdminAsync()));
        var job = await world.DoneAsync();

        Assert.Equal((6, 6, null), (job.Done, job.Total, job.ProjectId));
        var request = Assert.Single(world.Calibrations.Begun).Request;
        Assert.Equal(CalibratingWorld.Small.BuiltIn, request.Options.Tasks.Select(t => t.Name));
        Assert.Equal(18, world.Folder().Calibration!.Tasks.Count);
        Assert.NotEqual(before.Tasks.Count, world.Folder().Calibration!.Tasks.Count);
        while (!world.EstimatorHost.Forgotten.Contains(CalibratingWorld.Model)) await Task.Delay(5);
        // the program's own file is as it was
        Assert.Equal(before.Tasks.Count, CalibrationFile.LoadBeside(world.Folder().Folder)!.Tasks.Count);
    }

    [Fact]
    public async Task Calibration_UnderWay_LetsEstimatesChecksAndRankingsGoFirst()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        world.Calibrations.Pieces = 1_000_000;
        Assert.Null(await world.Jobs().StartAsync(CalibratingWorld.Small, await world.AdminAsync()));
        while (!world.Estimator.Calls.Contains("calibration step")) await Task.Delay(5);

        var project = await world.RandomPoolAsync(200, 40);
        Assert.All(await world.UntilAsync(project, CheckWorld.AreDone), row => Assert.Equal(WorkState.Done, row.Job!.State));
        Assert.NotNull((await world.LabelAndWaitAsync(project, 3)).Estimate);
        await world.Ranking.EnqueueAsync(project, "lead");
        while (!world.Estimator.Calls.Any(c => c.StartsWith("rank"))) await Task.Delay(5);
        // while the check ran no piece was done
        string[] calls = [.. world.Estimator.Calls];
        var (first, last) = (Array.IndexOf(calls, "check step"), Array.LastIndexOf(calls, "check step"));
        Assert.DoesNotContain("calibration step", calls[first..last]);

        var job = await world.UntilAsync(j => j is { State: WorkState.Running, Done: > 0 });
        await world.Jobs().CancelAsync(job.Id, await world.AdminAsync());
        await world.UntilAsync(j => j.State == WorkState.Cancelled);
        Assert.NotNull((await world.LabelAndWaitAsync(project, 3)).Estimate);
    }

    [Fact]
    public async Task Calibration_WhileRankingsKeepComing_HasATenthOfTheEngine_AndTheyTheRest()
    {
        var clock = new HurriedTime();
        using var world = new EstimatingWorld { ConfigureServices = s => s.AddSingleton<TimeProvider>(clock) }.WithItsWeights();
        world.Calibrations.Pieces = 1_000_000;
        // a text takes two seconds, for it is asked twice, a piece of the calibration ten
        world.Estimator.Confidence = _ => clock.Pass(1, .5);
        Assert.Null(await world.Jobs().StartAsync(CalibratingWorld.Small, await world.AdminAsync()));
        while (!world.Estimator.Calls.Contains("calibration step")) await Task.Delay(5);
        world.Calibrations.Midway = () => clock.Pass(10, 0);
        var project = await world.AddPoolAsync(750);
        await world.Ranking.EnqueueAsync(project, "lead");
        await world.WaitAsync(project, u => u.Ranking is { State: WorkState.Done });

        string[] calls = [.. world.Estimator.Calls];
        var (first, last) = (Array.FindIndex(calls, c => c.StartsWith("rank")), Array.FindLastIndex(calls, c => c.StartsWith("rank")));
        // some 16: 1,500 / 9 / 10, and what a busy machine adds
        Assert.InRange(calls[first..last].Count(c => c == "calibration step"), 10, 24);
        Assert.True(Array.IndexOf(calls[first..last], "calibration step") > calls[first..last].Length / 8);
    }

    /// <summary>A clock on which work takes as long as it says.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private long _passed;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _passed);

        public T Pass<T>(int seconds, T result)
        {
            Interlocked.Add(ref _passed, seconds * TimestampFrequency);
            return result;
        }
    }

    [Fact]
    public async Task Labels_ThatComeInTheMiddleOfAPiece_HaveTheirCheckPlanned()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        var project = await world.RandomPoolAsync(200, 40);
        (world.Calibrations.Pieces, var rung) = (1_000_000, 0);
        world.Calibrations.Midway = () => { if (Interlocked.Exchange(ref rung, 1) == 0) world.Queue.Ring(project); };
        Assert.Null(await world.Jobs().StartAsync(CalibratingWorld.Small, await world.AdminAsync()));
        Assert.All(await world.UntilAsync(project, CheckWorld.AreDone, ring: false), row => Assert.Equal(WorkState.Done, row.Job!.State));
    }

    [Fact]
    public async Task Calibration_CancelledOrPortalEnded_GoesOnBehindItsFinishedPieces()
    {
        var world = new EstimatingWorld { KeepDataFolder = true }.WithItsWeights();
        world.Calibrations.Pieces = 1_000_000;
        var project = await world.FinishedAsync(LabelledTask.Fewest);
        var ask = CalibratingWorld.Small with { Projects = [project.Id] };
        Assert.Null(await world.Jobs().StartAsync(ask, await world.AdminAsync()));
        while (world.Estimator.Calls.Count(c => c == "calibration step") < 3) await Task.Delay(5);
        // labels that come while it runs are not its
        await world.LabelAsync(project.Id, 5, Stratum.Random);
        var key = world.Calibrations.Begun.Last().Request.Options.Tasks[^1].Key;
        world.Dispose();

        var again = new EstimatingWorld { DataFolder = world.DataFolder, KeepDataFolder = true }.WithItsWeights();
        again.Calibrations.Pieces = 1_000_000;
        var job = await again.UntilAsync(j => j.State == WorkState.Running);
        while (again.Calibrations.Begun.IsEmpty) await Task.Delay(5);
        var begun = again.Calibrations.Begun.First();
        Assert.True(begun.From >= 3, $"{begun.From}");
        Assert.Equal(key, begun.Request.Options.Tasks[^1].Key);
        await again.Jobs().CancelAsync(job.Id, await again.AdminAsync());
        await again.UntilAsync(j => j.State == WorkState.Cancelled);
        again.Dispose();

        using var third = new EstimatingWorld { DataFolder = world.DataFolder }.WithItsWeights();
        third.Calibrations.Pieces = 1_000_000;
        Assert.Null(await third.Jobs().StartAsync(CalibratingWorld.Small, await third.AdminAsync()));
        while (third.Calibrations.Begun.IsEmpty) await Task.Delay(5);
        Assert.True(third.Calibrations.Begun.First().From >= begun.From);
        await third.Jobs().CancelAsync((await third.UntilAsync(_ => true)).Id, await third.AdminAsync());
        await third.UntilAsync(j => j.State == WorkState.Cancelled);
    }

    [Fact]
    public async Task Start_WhatMakesNoCalibration_SaysWhy()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        var few = await world.FinishedAsync(57);
        var open = await world.FinishedAsync(LabelledTask.Fewest, ProjectState.Active);
        async Task<string> Refusal(CalibrationAsk ask) => (await world.Jobs().StartAsync(ask, await world.AdminAsync()))!;
        Assert.Contains("57 different labelled texts; a curve needs at least 200",
            await Refusal(CalibratingWorld.Small with { Projects = [few.Id] }));
        Assert.Contains("is not finished: stop it first", await Refusal(CalibratingWorld.Small with { Projects = [open.Id] }));
        Assert.Contains("below 8 there is no fit", await Refusal(CalibratingWorld.Small with { BuiltIn = ["priority"] }));
        Assert.Contains("nowhere is not installed", await Refusal(CalibratingWorld.Small with { Model = "nowhere" }));
        Assert.Contains("Choose at least one finished project", await Refusal(new(CalibratingWorld.Model, CalibrationMode.Join, [], [])));
        Assert.Contains("one of signals alone would say less",
            await Refusal(CalibratingWorld.Small with { Mode = CalibrationMode.SignalsOnly }));
        Assert.Null(await world.Jobs().NewestAsync(CalibratingWorld.Model));
    }

    [Fact]
    public async Task Join_OfAFinishedProject_MeasuresItAloneByTheCalibrationsRecipe()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        var project = await world.FinishedAsync(LabelledTask.Fewest);
        Assert.Null(await world.Jobs().JoinAsync(project, await world.AdminAsync()));
        await world.DoneAsync();
        var options = Assert.Single(world.Calibrations.Begun).Request.Options;
        Assert.Equal([$"{project.Name} #{project.Id}"], options.Tasks.Select(t => t.Name));
        Assert.NotNull(options.Joins);
        Assert.Equal(options.Joins.Recipe.MaxSteps, options.MaxSteps);
        Assert.Contains(world.Folder().Calibration!.Tasks, t => t.Name == $"{project.Name} #{project.Id}");
    }

    [Fact]
    public async Task Costs_OfAChoice_AreMeasuredTaskByTaskBeforeTheStart()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        var costs = world.Services.GetRequiredService<CalibrationCosts>();
        Assert.Null(costs.Of(CalibratingWorld.Model));
        await costs.AskAsync(CalibratingWorld.Small);
        while (costs.IsWaiting(CalibratingWorld.Model)) await Task.Delay(5);
        // 8 tasks and the two that the learning rate is chosen on, a minute each
        var cost = costs.Of(CalibratingWorld.Model)!;
        Assert.Equal((10, 10, 600.0, true), (cost.Measured, cost.Tasks, cost.Seconds, cost.IsWhole));
        Assert.Empty(world.Calibrations.Begun);
    }
}
