using Bunit;
using DataEfficiency.Portal.Components.Budget;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Tests.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

public sealed class DecisionCardTests : BunitContext
{
    [Fact]
    public void Verdict_IsTwoSentences_TheRestIsFoldedUnderWhy()
    {
        var update = MadeUpForecast.Update(MadeUpForecast.Estimate(32, calibrated: false), 60) with { StoredError = "the disk is full" };
        var outlook = Outlook.Of(new VerdictFacts(update, 100, 9000), MadeUpForecast.English);
        var card = Render<DecisionCard>(p => p.Add(c => c.Outlook, outlook));
        Assert.True(outlook.Verdict.Details.Count >= 4);
        Assert.Equal(outlook.Verdict.Details[0], card.Find(".verdict > p").TextContent.TrimEnd());
        Assert.Single(card.FindAll(".verdict > p"));
        Assert.Equal(outlook.Verdict.Details.Skip(1), card.FindAll(".verdict > details.why:not([open]) > p").Select(p => p.TextContent));
    }

    [Fact]
    public void Stop_SaysSinceWhen_InTheReadersZone()
    {
        var update = MadeUpForecast.Update(MadeUpForecast.Estimate(32), 60) with { StoppedAt = 1_750_000_000_000 };
        var outlook = Outlook.Of(new VerdictFacts(update, 100, 9000, "Ada"), MadeUpForecast.English);
        var card = Render<DecisionCard>(p => p.Add(c => c.Outlook, outlook));
        Assert.Equal("1750000000000", card.Find(".verdict local-time").GetAttribute("at"));
    }
}
