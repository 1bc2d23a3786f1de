using System.Globalization;
using Bunit;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Components.Budget;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

public sealed class CosLowCardTests : BunitContext
{
    // A model so large that the rows of 32 examples fit nowhere.
    [Theory]
    [InlineData(null)]
    [InlineData(.0055)]
    public void Card_SaysTheErrorOfCosines_WhereTheyAreThoseOfAProjection(double? error)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var estimate = new Estimate(new CosLow(12, .2, .06, .1, .3, .4, .1, []) { CosineError = error }, [], [], null, null, null, null,
            new Posterior(0, null, null, null, 0, .4, .4, null, 100, [], new SortedDictionary<int, double>()), new("none", null, Advice.None, null, null), null, null, new Target(.9), null, false);
        var text = Render<CosLowCard>(p => p.Add(c => c.Estimate, estimate).Add(c => c.Settled, []).Add(c => c.Answers, [])).Markup;
        Assert.Equal(error is not null, text.Contains("Error of each cosine, from projection"));
        Assert.Equal(error is not null, text.Contains("± 0.006") || text.Contains("± 0.005"));
    }
}
