using System.Globalization;
using Bunit;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Components.Budget;
using DataEfficiency.Portal.Tests.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

public sealed class OtherMethodsCardTests : BunitContext
{
    [Fact]
    public void Card_SaysHowManyAgree_EachNeed_AndWhyThereIsNone()
    {
        CultureInfo.CurrentCulture = MadeUpForecast.English;
        var estimate = MadeUpForecast.Estimate(32) with
        {
            OtherMethods = [new(OtherMethod.MeanOfTasks, 1023.4, null), new(OtherMethod.Probe, null, MethodGap.NoFit),
                new(OtherMethod.PowerLaw, null, MethodGap.NothingMeasured), new(OtherMethod.LogLinear, null, MethodGap.NotReached),
                new(OtherMethod.Curve, 4211.2, null, .59)],
        };
        var card = Render<OtherMethodsCard>(p => p.Add(c => c.Estimate, estimate));
        // the forecast's interval is 175 to 2,956
        Assert.Contains("2 of the 5 other methods name a number; one lies inside the forecast’s 80 % interval.", card.Markup);
        Assert.Equal(
            ["This forecast: 757 (175 – 2,960; 62 % likely)", "Mean of the reference tasks: 1,020",
                "Probe alone: needs the model’s own calibration", "Power law: needs a measured check", "Log-linear: not by 5,000 labels",
                "Curves without a first signal: 4,210 (59 % likely)"],
            card.FindAll("tr").Select(r => MadeUpForecast.Plain($"{r.Children[0].TextContent}: {r.Children[1].TextContent}")));
    }

    [Fact]
    public void Card_OfNothingToBeSaidInNumbers_IsNotThere()
    {
        Assert.Equal("", Render<OtherMethodsCard>().Markup.Trim());
        Assert.Equal("", Render<OtherMethodsCard>(p => p.Add(c => c.Estimate, MadeUpForecast.Estimate(32))).Markup.Trim());
    }
}
