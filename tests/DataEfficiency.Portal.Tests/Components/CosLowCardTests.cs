using System.Globalization;
using Bunit;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Components.Budget;
using DataEfficiency.Portal.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

public sealed class CosLowCardTests : BunitContext
{
    [Fact]
    public void Card_OfAModelWithAPublishedFit_CallsItSo()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var estimate = new Estimate(new CosLow(32, .2, .06, .1, .3, .4, .1, []), [], [], .42, .08, null, 2681,
            new Posterior(0, null, null, null, 0, .4, .4, null, 100, [], new SortedDictionary<int, double>()),
                new("none", null, Advice.None, null, null), 9, 30, new Target(.9), null, false, AreaSource.Published);
        var model = new ModelFolder("Llama-3.1-8B-Instruct", "", false, "llama", 1, 1, 1, "BF16", "f00d", CalibrationState.None, null,
            null, null, PublishedFit.Find("Llama-3.1-8B-Instruct"));
        var text = Render<CosLowCard>(p => p.Add(c => c.Estimate, estimate).Add(c => c.Settled, []).Add(c => c.Answers, [])
            .Add(c => c.Model, model)).Markup;
        Assert.Contains("harder than 9 of 30 published tasks", text);
        Assert.Contains("Published fit of Llama-3.1-8B-Instruct", text);
        // and so does the line of the models' grid
        var line = CalibrationText.Of(model, CultureInfo.InvariantCulture);
        Assert.Contains("Published fit of Llama-3.1-8B-Instruct", line);
        Assert.DoesNotContain("is not calibrated", line);
    }

    // The bundled model's: CoS-Low .140, the mean .142.
    [Theory]
    [InlineData(.140, false)]
    [InlineData(.100, true)]
    public void Card_RankAmongTasks_IsCalledHarderOnlyWhereCosLowPredictsBetterThanTheMean(double error, bool tells)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var estimate = new Estimate(new CosLow(32, .2, .06, .1, .3, .4, .1, []), [], [], .42, .08, null, 2681,
            new Posterior(0, null, null, null, 0, .4, .4, null, 100, [], new SortedDictionary<int, double>()),
                new("none", null, Advice.None, null, null), 9, 26, new Target(.9), null, true, AreaSource.Calibration)
        {
            Signals = new SignalUse(null, new SignalErrors(null, .142, null, error, .142, 24), null, null, null),
        };
        var text = Render<CosLowCard>(p => p.Add(c => c.Estimate, estimate).Add(c => c.Settled, []).Add(c => c.Answers, [])).Markup;
        Assert.Equal(tells, text.Contains("harder than 9 of 26"));
        Assert.Equal(!tells, text.Contains("that says neither easy nor hard: it predicts"));
    }

    // A model so large that the rows of 32 examples fit nowhere.
    [Theory]
    [InlineData(null)]
    [InlineData(.0055)]
    public void Card_SaysTheErrorOfCosines_WhereTheyAreThoseOfAProjection(double? error)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var estimate = new Estimate(new CosLow(12, .2, .06, .1, .3, .4, .1, []) { CosineError = error }, [], [], null, null, null, null,
            new Posterior(0, null, null, null, 0, .4, .4, null, 100, [], new SortedDictionary<int, double>()),
                new("none", null, Advice.None, null, null), null, null, new Target(.9), null, false);
        var text = Render<CosLowCard>(p => p.Add(c => c.Estimate, estimate).Add(c => c.Settled, []).Add(c => c.Answers, [])).Markup;
        Assert.Equal(error is not null, text.Contains("Error of each cosine, from projection"));
        Assert.Equal(error is not null, text.Contains("± 0.006") || text.Contains("± 0.005"));
    }
}
