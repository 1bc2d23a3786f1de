using System.Net;
using DataEfficiency.Cli;
using DataEfficiency.Cli.Simulation;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Cli;

public sealed class SimulateVerbTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Load_AnnotatorsWithTokensAndWithPasswords_EveryAcknowledgedAnswerIsStored()
    {
        await _world.AddPoolAsync(40, drawn: 4);
        var people = new List<SimulatedPerson>();
        foreach (var name in new[] { "ada", "ben", "cleo" })
        {
            var user = await _world.AddPersonAsync(name);
            await _world.AddMemberAsync(_world.ProjectId, user.Id, ProjectRole.Annotator);
            people.Add(SimulatedPerson.Of(name == "ada" ? $"{name} {PortalFactory.Password}"
                : await _world.Services.GetRequiredService<AccessTokens>().CreateAsync(user.Id, "load", CancellationToken.None)));
        }
        var figures = await RunAsync(people, f => f.Acknowledged >= 12);

        await using var db = await _world.OpenDbAsync();
        var stored = await db.Answers.Where(l => l.ProjectId == _world.ProjectId && l.Current).Select(l => l.UserId).ToListAsync();
        Assert.NotEmpty(stored);
        // an answer under way when the time was over is stored and not counted
        Assert.InRange(stored.Count - figures.Acknowledged, 0, people.Count);
        Assert.Equal(3, stored.Distinct().Count());
        Assert.Empty(figures.Errors);
        Assert.Empty(figures.Outages);
        // a reply that is being read when the time is over is counted, and its answer not yet
        Assert.InRange(figures.Submit.Count - figures.Acknowledged, 0, people.Count);
        Assert.True(figures.Deck.Count >= 3);
    }

    [Fact]
    public async Task Load_PeopleOfManyKinds_AreAsGoodAsAskedAndEveryAnswerIsInTheExport()
    {
        await _world.AddPoolAsync(120, drawn: 4);
        await _world.SetProjectAsync(p => (p.OverlapShare, p.OverlapAnswers) = (1, 2));
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (write, token) => await SlotSql.FitAsync(write,
            await write.Projects.SingleAsync(p => p.Id == _world.ProjectId, token),
            await write.Items.Select(i => i.Id).ToListAsync(token), token), CancellationToken.None);
        var people = new List<SimulatedPerson>();
        foreach (var name in new[] { "ada", "ben", "cleo" })
        {
            var user = await _world.AddPersonAsync(name);
            await _world.AddMemberAsync(_world.ProjectId, user.Id, name == "cleo" ? ProjectRole.Lead : ProjectRole.Annotator);
            people.Add(SimulatedPerson.Of(await _world.Services.GetRequiredService<AccessTokens>()
                .CreateAsync(user.Id, "load", CancellationToken.None)));
        }
        var truth = Enumerable.Range(0, 120).ToDictionary(i => $"text {i}", i => $"label {i % 4}");
        var plan = new LoadPlan(_world.ProjectId, 3, 150, Patience.Long, 1).With(accuracy: (1, 1), paceSpread: 3, abandoned: .05, twice: .3,
            truth: truth);
        var figures = await new Load(plan, people, () => new HttpClient(_world.Server.CreateHandler())
        {
            BaseAddress = new Uri("http://localhost"),
        })
        { Enough = f => f is { Acknowledged: >= 80, SentTwice: > 0, TabsLeft: > 0 }, Lead = people[2] }
            .RunAsync(null, _ => { }, CancellationToken.None);

        Assert.True(figures.Check!.Holds, string.Join("\n", figures.Lines()));
        Assert.Equal(figures.Acknowledged, figures.Check.Found);
        Assert.True(figures.Check.BySeveral > 0);
        Assert.DoesNotContain("not known again", figures.Errors.Keys);
        await using var db = await _world.OpenDbAsync();
        var labels = await db.Labels.ToDictionaryAsync(l => l.Id, l => l.Name);
        Assert.All(await (from a in db.Answers where a.Current join i in db.Items on a.ItemId equals i.Id select new { i.Text, a.LabelId })
            .ToListAsync(), a => Assert.Equal(truth[a.Text], labels[a.LabelId!.Value]));
    }

    [Theory]
    [InlineData(TaskType.MultiLabel), InlineData(TaskType.Spans), InlineData(TaskType.RewritePair), InlineData(TaskType.ShortAnswer)]
    public async Task Load_OfEveryKind_AnswersByTheTasksRules_AsWellAsThePlanSays(TaskType type)
    {
        await _world.AddPoolAsync(60, drawn: 4, type: type);
        await _world.SetProjectAsync(p => (p.LeastLabels, p.MostLabels, p.AnswerPattern, p.AnswerLength) = (0, 2,
            type == TaskType.ShortAnswer ? "[a-z]+[0-9]*" : null, 12));
        var people = new List<SimulatedPerson>();
        foreach (var name in new[] { "ada", "ben" })
        {
            var user = await _world.AddPersonAsync(name);
            await _world.AddMemberAsync(_world.ProjectId, user.Id, name == "ben" ? ProjectRole.Lead : ProjectRole.Annotator);
            people.Add(SimulatedPerson.Of(await _world.Services.GetRequiredService<AccessTokens>()
                .CreateAsync(user.Id, "load", CancellationToken.None)));
        }
        // every third is none, where a task knows that
        var truth = Enumerable.Range(0, 60).ToDictionary(i => $"text {i}", i => type switch
        {
            TaskType.MultiLabel => i % 3 == 0 ? "none" : $"label {i % 2}; label 3",
            TaskType.Spans => i % 3 == 0 ? "none" : $"text -> label 1\n{i} -> label 2",
            _ => $"right{i}",
        });
        // ada is always right, ben never
        var plan = new LoadPlan(_world.ProjectId, 2, 100, Patience.Long, 1).With(accuracy: (0, 1), truth: truth);
        var figures = await new Load(plan, people, () => new HttpClient(_world.Server.CreateHandler())
        {
            BaseAddress = new Uri("http://localhost"),
        })
        { Enough = f => f.Fewest >= 8, Lead = people[1] }.RunAsync(null, _ => { }, CancellationToken.None);

        Assert.True(figures.Check!.Holds && figures.Errors.Count == 0, string.Join("\n", figures.Lines()));
        Assert.Equal([0, 1], figures.Accuracies.Select(a => a!.Value).Order());
        await using var db = await _world.OpenDbAsync();
        var stored = (await (from a in db.Answers where a.Current join i in db.Items on a.ItemId equals i.Id
                             select new { a.UserId, i.Text, a.AnswerText }).ToListAsync())
            // as the model learns it: the labels' answer texts
            .GroupBy(a => a.UserId, a => a.AnswerText == truth[a.Text].Replace("label", "answer")).ToList();
        Assert.Equal(2, stored.Count);
        Assert.Contains(stored, s => s.All(right => right));
        Assert.Contains(stored, s => s.All(right => !right));
    }

    [Fact]
    public async Task Check_OfAnAnswerThatIsNotInTheExport_NamesIt()
    {
        await _world.AddPoolAsync(2);
        var user = await _world.AddPersonAsync("ada");
        await _world.AddMemberAsync(_world.ProjectId, user.Id, ProjectRole.Lead);
        using var client = _world.Browser();
        client.DefaultRequestHeaders.Authorization = new("Bearer", await _world.Services.GetRequiredService<AccessTokens>()
            .CreateAsync(user.Id, "load", CancellationToken.None));
        var lost = new SentAnswer(Guid.NewGuid(), 1, user.Id, "{\"label\":1}");
        var check = await LoadCheck.OfAsync(client, _world.ProjectId, [lost], CancellationToken.None);
        Assert.False(check.Holds);
        Assert.Contains(check.Lines(), l => l.StartsWith($"LOST: answer {lost.Submission}", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_OfSlowAndFast_KeepsTheMeanPaceAndSpreadsAccuracy()
    {
        var plan = new LoadPlan(1, 20, 5, TimeSpan.FromSeconds(1), 3).With((.6, .9), paceSpread: 4);
        var pauses = Enumerable.Range(0, 20).Select(i => plan.PauseOf(i).TotalSeconds).ToList();
        Assert.Equal(4, pauses[^1] / pauses[0], 9);
        Assert.Equal(4, pauses.Average(), 9);
        var shares = Enumerable.Range(0, 20).Select(i => plan.AccuracyOf(i)!.Value).Order().ToList();
        Assert.Equal((.6, .9), (shares[0], shares[^1]));
        Assert.Equal(20, shares.Distinct().Count());
        // seven, of whom the earlier order made one and the same
        var seven = new LoadPlan(1, 7, 5, TimeSpan.FromSeconds(1), -3).With((.6, .9));
        Assert.Equal(7, Enumerable.Range(0, 7).Select(i => seven.AccuracyOf(i)).Distinct().Count());
        Assert.Throws<ArgumentException>(() => plan.With((.9, .6)));
        Assert.Throws<ArgumentException>(() => plan.With(abandoned: 1.1));
        Assert.Throws<ArgumentException>(() => plan.With(paceSpread: .5));
    }

    [Fact]
    public async Task Load_EmptyProject_CountsTheReasonInsteadOfAnswers()
    {
        await _world.AddPoolAsync(0);
        var user = await _world.AddPersonAsync("ada");
        await _world.AddMemberAsync(_world.ProjectId, user.Id, ProjectRole.Annotator);
        var token = await _world.Services.GetRequiredService<AccessTokens>().CreateAsync(user.Id, "load", CancellationToken.None);
        var figures = await RunAsync([SimulatedPerson.Of(token)], f => f.EmptyDecks.Count > 0);
        Assert.Equal(0, figures.Acknowledged);
        Assert.Equal(["empty"], figures.EmptyDecks.Keys);
    }

    [Fact]
    public async Task Load_PortalThatGoesAway_KeepsTheAnswerUntilItIsBackAndTellsHowLong()
    {
        await _world.AddPoolAsync(40);
        var user = await _world.AddPersonAsync("ada");
        await _world.AddMemberAsync(_world.ProjectId, user.Id, ProjectRole.Annotator);
        var token = await _world.Services.GetRequiredService<AccessTokens>().CreateAsync(user.Id, "load", CancellationToken.None);
        // the second answer and the deck after it are lost on their way
        var line = new CutLine(_world.Server.CreateHandler(), from: 3, to: 4);
        var figures = await RunAsync([SimulatedPerson.Of(token)], f => f.Outages is [{ AllServed: not null }] && f.Acknowledged > 3, line);
        Assert.Equal(2, figures.Errors["network"]);
        Assert.NotNull(Assert.Single(figures.Outages).AllServed);
        await using var db = await _world.OpenDbAsync();
        Assert.InRange(await db.Answers.CountAsync(l => l.Current) - figures.Acknowledged, 0, 1);
        Assert.Equal(await db.Answers.CountAsync(), await db.Answers.Select(l => l.ItemId).Distinct().CountAsync());
    }

    [Fact]
    public async Task Load_WrongPassword_SaysWho()
    {
        await _world.AddPoolAsync(1);
        await _world.AddPersonAsync("ada");
        var refused = await Assert.ThrowsAsync<ArgumentException>(() =>
            RunAsync([SimulatedPerson.Of("ada not hers")], _ => true));
        Assert.Contains("'ada'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 5, 10), InlineData(1001, 5, 10), InlineData(1, 0, 10), InlineData(1, 201, 10)]
    [InlineData(1, 5, 0), InlineData(1, 5, 3601)]
    public void Plan_OutOfBounds_IsRefused(int annotators, double rate, int seconds) =>
        Assert.Throws<ArgumentException>(() => new LoadPlan(1, annotators, rate, TimeSpan.FromSeconds(seconds), 1));

    [Fact]
    public void Verb_TooFewPeopleInTheFile_NamesTheFileAndBothNumbers()
    {
        var file = Path.Combine(_world.DataFolder, "people.txt");
        File.WriteAllText(file, "de_one\n\nde_two\n");
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        string[] line = ["simulate", "--project", "1", "--people", file, "--annotators", "3"];
        Assert.Equal(CommandLine.BadInput, CommandLine.Run(line, stdout, stderr));
        Assert.Contains(file, stderr.ToString(), StringComparison.Ordinal);
        Assert.Contains("has 2 annotators, --annotators asks for 3", stderr.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", CommandLine.Failure, "refused"), InlineData("localhost:5080", CommandLine.BadInput, "http://")]
    public void Verb_AddressWithoutAPortal_SaysSo(string address, int code, string said)
    {
        var file = Path.Combine(_world.DataFolder, "people.txt");
        File.WriteAllText(file, "ada secret\n");
        var stderr = new StringWriter();
        string[] line = ["simulate", "--address", address, "--project", "1", "--people", file, "--annotators", "1", "--seconds", "1"];
        Assert.Equal(code, CommandLine.Run(line, new StringWriter(), stderr));
        Assert.Contains(said, stderr.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_OfAHundred_TakesTheRanksFromBelow()
    {
        var latency = Latency.Of([.. Enumerable.Range(1, 100).Select(i => (double)i)]);
        Assert.Equal((100, 51, 96, 100, 100), (latency.Count, latency.P50, latency.P95, latency.P99, latency.Most));
        Assert.Equal(new Latency(0, 0, 0, 0, 0), Latency.Of([]));
    }

    // ends by what was seen; the time is patience only
    private Task<LoadFigures> RunAsync(IReadOnlyList<SimulatedPerson> people, Func<LoadFigures, bool> enough,
        HttpMessageHandler? line = null) =>
        new Load(new LoadPlan(_world.ProjectId, people.Count, 20, TimeSpan.FromMilliseconds(Patience.Milliseconds), 1), people,
            () => new HttpClient(line ?? new CookieJar(_world.Server.CreateHandler())) { BaseAddress = new Uri("http://localhost") })
            { Enough = enough }.RunAsync(null, _ => { }, CancellationToken.None);

    /// <summary>What Load.Handler does on a real network: keeps cookies, follows nothing.</summary>
    private sealed class CookieJar(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly CookieContainer _cookies = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_cookies.GetCookieHeader(request.RequestUri!) is { Length: > 0 } header) request.Headers.Add("Cookie", header);
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.Headers.TryGetValues("Set-Cookie", out var set))
                foreach (var cookie in set) _cookies.SetCookies(request.RequestUri!, cookie);
            return answer;
        }
    }

    /// <summary>Loses the replies of some requests, which the portal nevertheless carried out.</summary>
    private sealed class CutLine(HttpMessageHandler inner, int from, int to) : DelegatingHandler(inner)
    {
        private int _requests;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _requests);
            var answer = await base.SendAsync(request, cancellationToken);
            if (number < from || number > to) return answer;
            answer.Dispose();
            throw new HttpRequestException("cut");
        }
    }
}
