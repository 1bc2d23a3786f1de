using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Xunit.Abstractions;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>What one answer costs the database, by statements: a count that no busy machine changes.</summary>
public sealed class AnswerCostTests(ITestOutputHelper output) : IDisposable
{
    private readonly StatementCounter _counter = new();
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(0), InlineData(40)]
    public async Task Answer_WithOneNewCard_TakesAtMostTwelveStatementsHoweverManyThereAre(int before)
    {
        var configure = _world.ConfigureServices!;
        _world.ConfigureServices = services =>
        {
            configure(services);
            services.ConfigureDbContext<AppDbContext>(o => o.AddInterceptors(_counter));
        };
        await _world.AddPoolAsync(100, drawn: 10);
        var user = await _world.AddPersonAsync("ada");
        await _world.AddMemberAsync(_world.ProjectId, user.Id, ProjectRole.Annotator);
        // as the label page: by cookie, which is looked up again once a minute and after a start
        _ = _world.Services.GetRequiredService<RightsChanges>();
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        var browser = await _world.SignedInAsync("ada");
        await PortalFactory.AddAntiforgeryAsync(browser);
        var ada = new Annotator(_world, user.Id, browser);
        var cards = (await ada.NextAsync(3)).Cards.Select(c => c.ItemId).ToList();
        // the least of three: the portal's own clockwork may write in between
        string[] statements = [];
        for (var i = 0; i < before + 3; i++)
        {
            var item = cards[0];
            cards.RemoveAt(0);
            _counter.Statements.Clear();
            var reply = await ada.ReadAsync<DeckReply>("answers", new AnswersRequest(ada.Deck(1, null, [.. cards]), [ada.Answer(item)]));
            Assert.Single(reply.Acknowledged);
            cards.Add(Assert.Single(reply.Cards).ItemId);
            if (statements.Length == 0 || _counter.Statements.Count < statements.Length) statements = [.. _counter.Statements];
        }
        foreach (var statement in statements) output.WriteLine($"{statement}\n--");
        Assert.InRange(statements.Length, 4, 12);
        // the first 32 and the counts are not read for an answer
        Assert.DoesNotContain(statements, s => s.StartsWith("SELECT", StringComparison.Ordinal)
            && s.Contains("FROM \"DrawItems\"", StringComparison.Ordinal) && !s.Contains("FROM \"Items\"", StringComparison.Ordinal));
        Assert.DoesNotContain(statements, s => s.Contains("COUNT(*)\nFROM \"Answers\"", StringComparison.Ordinal));
    }
}
