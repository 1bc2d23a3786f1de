using System.Net;
using DataEfficiency.Cli;
using DataEfficiency.Cli.Simulation;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
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
