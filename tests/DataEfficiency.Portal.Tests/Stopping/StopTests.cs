using System.Net;
using System.Net.Http.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Stopping;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Stopping;

/// <summary>The end of labeling over the API: what is looked at, what may be waived, what each decision does and leaves behind.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private readonly EstimatingWorld _world = new();
    private AppUser _lead = null!;
    private HttpClient _client = null!;
    private int _project;

    private string Url => $"/api/v1/projects/{_project}";

    public async Task InitializeAsync()
    {
        _project = await _world.AddPoolAsync(400, drawn: true);
        _lead = await _world.AddPersonAsync("lead");
        await _world.AddMemberAsync(_project, _lead.Id, ProjectRole.Lead);
        _client = await _world.WithTokenAsync(_lead.Id);
        // rule A stops where the budget ends
        await SetAsync(p => p.MaximumBudget = 40);
        await _world.LabelAndWaitAsync(_project, 40);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WithOpenPoints_IsRefusedUntilEachIsWaivedWithAReason_AndReopeningKeepsTheRanks()
    {
        var ranks = await RanksAsync();
        var stop = await ReadAsync();
        Assert.Equal(("active", true, false, "A", 40), (stop.State, stop.Advised, stop.MayStop, stop.Rule, stop.Labels));
        Assert.Equal(["testSet green", "agreement open", "reviews green", "askedAgain green", "early open"],
            stop.Lines.Select(l => $"{l.Point} {l.State}"));
        Assert.Contains("no item was answered by two people", stop.Lines[1].Says, StringComparison.Ordinal);

        await RefusedAsync(new { kind = "stop" }, "2 points");
        await RefusedAsync(new { kind = "waive", point = "agreement" }, "Say why");
        await RefusedAsync(new { kind = "waive", point = "reviews", reason = "none" }, "nothing to waive");
        await TakenAsync(new { kind = "waive", point = "agreement", reason = "one expert answers" });
        Assert.Equal("waived one expert answers", (await ReadAsync()).Lines.Where(l => l.Point == "agreement")
            .Select(l => $"{l.State} {l.Waived}").Single());
        await RefusedAsync(new { kind = "stop" }, "1 point");
        await TakenAsync(new { kind = "waive", point = "early", reason = "the budget is used" });
        await TakenAsync(new { kind = "stop" });

        Assert.Equal(("stopped", false), ((await ReadAsync()).State, (await ReadAsync()).Advised));
        await RefusedAsync(new { kind = "stop" }, "not open");
        await TakenAsync(new { kind = "reopen" });
        // another end, another question
        Assert.Equal(2, (await ReadAsync()).Lines.Count(l => l.State == "open"));
        Assert.Equal(ranks, await RanksAsync());

        var decisions = (await _client.GetFromJsonAsync<StopEndpoints.DecisionsReply>($"{Url}/decisions"))!.Items;
        Assert.Equal(["reopen", "stop", "waive", "waive"], decisions.Select(d => d.Kind));
        Assert.All(decisions, d => Assert.Equal(("lead", 40), (d.By, d.Labels)));
        Assert.Equal(("agreement", "one expert answers"), (decisions[3].Point, decisions[3].Reason));
        Assert.NotNull(decisions[1].PEarly);
        var audit = (await _client.GetFromJsonAsync<AuditEndpoints.AuditReply>($"{Url}/audit"))!.Items;
        Assert.Equal(["project.reopen", "project.stop", "decision.waive", "decision.waive"], audit.Select(a => a.What));
    }

    [Fact]
    public async Task GoOn_ToMoreLabels_AsksAgainThere()
    {
        await SetAsync(p => (p.MaximumBudget, p.TargetValue) = (300, .1));
        await _world.LabelAndWaitAsync(_project, 1);
        var at = (await ReadAsync()).At!.Value;
        await _world.LabelAndWaitAsync(_project, at - 41);
        Assert.True((await ReadAsync()).Advised);
        await RefusedAsync(new { kind = "goOn", value = at }, $"from {at + 1} to 300");
        await RefusedAsync(new { kind = "goOn", value = 301 }, $"from {at + 1} to 300");

        await TakenAsync(new { kind = "goOn", value = at + 3 });

        Assert.False((await ReadAsync()).Advised);
        await _world.LabelAndWaitAsync(_project, 3);
        Assert.True((await ReadAsync()).Advised);
    }

    [Fact]
    public async Task RaiseTarget_IsANewQuestionToTheEstimator()
    {
        await RefusedAsync(new { kind = "raiseTarget", value = .9 }, "above 90 %");

        await TakenAsync(new { kind = "raiseTarget", value = .94 });

        Assert.Equal(.94, (await _world.ProjectAsync(_project)).TargetValue);
        await _world.RingAndWaitAsync(_project);
        Assert.Equal(.94, _world.Feed.Latest(_project)!.Estimate!.Target.Share);
    }

    [Fact]
    public async Task Review_SpendsTheRestOnSecondAnswers_AndNothingNewBegins()
    {
        await _world.WriteAsync(db => db.Slots.Where(s => db.Answers.Any(a => a.ItemId == s.ItemId)).ExecuteUpdateAsync(s =>
            s.SetProperty(x => x.AnswerId, x => db.Answers.Single(a => a.ItemId == x.ItemId).Id).SetProperty(x => x.UserId, "u")));
        await RefusedAsync(new { kind = "review", value = 41 }, "From 0 to 40");

        await TakenAsync(new { kind = "review", value = 5 });

        var project = await _world.ProjectAsync(_project);
        Assert.Equal((ProjectState.Active, true), (project.State, project.NothingNew));
        Assert.Equal(5, (await ReadAsync()).ToFinish);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(5, await db.Slots.CountAsync(s => s.ProjectId == _project && s.SlotNo == 1 && s.AnswerId == null
            && db.Finals.Any(f => f.ItemId == s.ItemId)));
        await TakenAsync(new { kind = "reopen" });
        Assert.False((await _world.ProjectAsync(_project)).NothingNew);
    }

    [Fact]
    public async Task StopsByItself_WhereAskedFor_OnlyOnceNothingIsOpen()
    {
        await SetAsync(p => p.StopsByItself = true);
        await _world.LabelAndWaitAsync(_project, 1);
        Assert.Equal(ProjectState.Active, (await _world.ProjectAsync(_project)).State);
        foreach (var point in new[] { "agreement", "early" }) await TakenAsync(new { kind = "waive", point, reason = "fine" });

        await _world.LabelAndWaitAsync(_project, 1);

        using var limit = new CancellationTokenSource(Patience.Long);
        while ((await _world.ProjectAsync(_project)).State != ProjectState.Stopped) await Task.Delay(20, limit.Token);
        var newest = (await _client.GetFromJsonAsync<StopEndpoints.DecisionsReply>($"{Url}/decisions"))!.Items[0];
        Assert.Equal(("stopByItself", null, 42), (newest.Kind, newest.By, newest.Labels));
        await RefusedAsync(new { kind = "stopByItself" }, "does not say stop");
    }

    [Fact]
    public void Early_OfEachRule_IsTheChanceThatMoreLabelsWereWanted()
    {
        var a = MadeUpForecast.Estimate(32, reach: .8, enough: .57);
        Assert.Equal(.23, StopNumbers.Early(a)!.Value, 6);
        var run = new MeasuredRun(RunOutcome.TargetMet, 400, .95, .02, .9, false);
        var b = a with { Posterior = a.Posterior with { PTargetMet = .9 }, Stop = new("B", 400, Advice.Stop, .9, .9, run) };
        Assert.Equal(.1, StopNumbers.Early(b)!.Value, 6);
        Assert.Null(StopNumbers.Early(MadeUpForecast.Estimate(16)));
        Assert.Equal((.1, .2), (StopNumbers.EarlyBound(a), Math.Round(StopNumbers.EarlyBound(b), 6)));
    }

    private async Task<StopEndpoints.StopReply> ReadAsync() => (await _client.GetFromJsonAsync<StopEndpoints.StopReply>($"{Url}/stop"))!;

    private async Task TakenAsync(object decision)
    {
        using var reply = await _client.PostAsJsonAsync($"{Url}/decisions", decision);
        Assert.True(reply.StatusCode == HttpStatusCode.NoContent, await reply.Content.ReadAsStringAsync());
    }

    private async Task RefusedAsync(object decision, string why)
    {
        using var reply = await _client.PostAsJsonAsync($"{Url}/decisions", decision);
        Assert.Equal(HttpStatusCode.Conflict, reply.StatusCode);
        Assert.Contains(why, await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task SetAsync(Action<Project> change)
    {
        await _world.WriteAsync(async db =>
        {
            change(await db.Projects.SingleAsync(p => p.Id == _project));
            await db.SaveChangesAsync();
        });
    }

    private async Task<string> RanksAsync()
    {
        await using var db = await _world.OpenDbAsync();
        return string.Join(' ', await db.Slots.Where(s => s.ProjectId == _project).OrderBy(s => s.Id)
            .Select(s => s.RandomRank + ":" + s.ActiveRank).ToListAsync());
    }
}
