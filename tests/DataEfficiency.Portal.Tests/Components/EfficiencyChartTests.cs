using System.Globalization;
using Bunit;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Components.Charts;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

public sealed class EfficiencyChartTests : BunitContext
{
    private static readonly BandMark[] Curve = [new(1, .3, .4, .5), new(10, .4, .5, .6), new(100, .5, .7, .8), new(1000, .6, .85, .95),
        new(5000, .7, .9, .98)];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(236, 52.57)]
    public void Forecast_BeginsAtNow_AndIsDashed(double now, double x)
    {
        var chart = Draw(now: now, need: new(20, 1479, 4059));
        Assert.Empty(chart.FindAll(".med:not(.fut)"));
        Assert.Equal(x, Points(chart, ".med.fut")[0].X, .11);
        Assert.Equal(100, Points(chart, ".med.fut")[^1].X);
        Assert.All(Points(chart, ".band"), p => Assert.True(p.X >= x - .02));
        Assert.True(Number(chart.Find(".needband"), "x1") >= x - .02);
        Assert.All(chart.FindAll(".probe rect"), r => Assert.True(Number(r, "x") >= x - .02));
    }

    [Fact]
    public void Need_ThatIsPassed_IsNotDrawn()
    {
        Assert.Empty(Draw(now: 2000, need: new(175, 757, 2956)).FindAll(".needdot, .need-t"));
        Assert.Empty(Draw(now: 4000, need: new(175, 757, 2956)).FindAll(".needband"));
    }

    [Fact]
    public void Band_LiesAroundTheMedian()
    {
        var chart = Draw();
        var band = Points(chart, ".band");
        Assert.Equal(band.Length / 2, band.Take(band.Length / 2).Zip(band.Reverse())
            .Count(p => p.First.X == p.Second.X && p.First.Y < p.Second.Y));
    }

    [Fact]
    public void Marks_StandWhereTheirNumbersAre()
    {
        var chart = Draw(target: .9, need: new(674, 1479.29, 4059), measured: [new(200, .63, .02)]);
        Assert.Equal(81.08, Number(chart.Find(".needdot"), "cx"), .02);
        Assert.Equal((68.87, 96.76), (Number(chart.Find(".needband"), "x1"), Number(chart.Find(".needband"), "x2")));
        Assert.Equal(50, Number(chart.Find(".obs"), "cx"), .02);
        Assert.True(Number(chart.Find(".err"), "y1") < Number(chart.Find(".obs"), "cy"));
        Assert.Equal(Number(chart.Find(".target"), "y1"), Number(chart.Find(".need"), "y1"));
    }

    [Fact]
    public void Twin_TellsTheSameNumbers()
    {
        var rows = Draw(measured: [new(200, .63, .02)]).FindAll(".twin tbody tr").Select(r => r.TextContent.Trim()).ToList();
        Assert.Contains(rows, r => r.StartsWith("1,000", StringComparison.Ordinal) && r.Contains("85 %") && r.Contains("60 % – 95 %"));
        Assert.Contains(rows, r => r.Contains("200, measured") && r.Contains("63 %"));
    }

    [Fact]
    public void Arrows_TellTheValueUnderTheFocus()
    {
        var chart = Draw();
        chart.Find("svg").KeyDown("End");
        Assert.Equal("5,000 labels: 90 % (80 %: 70 % – 98 %)", chart.Find("figcaption").TextContent);
        Assert.Single(chart.FindAll(".probe.on"));
        chart.Find("svg").KeyDown("ArrowLeft");
        Assert.StartsWith("1,000 labels", chart.Find("figcaption").TextContent);
        chart.Find("svg").KeyDown("Escape");
        Assert.Empty(chart.FindAll(".probe.on"));
    }

    [Fact]
    public void NoCurve_LeavesAxesAndTarget()
    {
        var chart = Render<EfficiencyChart>(p => p.Add(c => c.Summary, "none yet").Add(c => c.Target, .9));
        Assert.Empty(chart.FindAll(".band, .med, .needdot, .twin"));
        Assert.NotEmpty(chart.FindAll(".target"));
        Assert.Equal("none yet", chart.Find("svg").GetAttribute("aria-label"));
    }

    [Fact]
    public void Coordinates_HaveAPoint_InEveryCulture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            var chart = Draw(target: .9);
            Assert.All(chart.Find(".band").GetAttribute("points")!.Split(' ').Where(p => p.Length > 0),
                p => Assert.Equal(2, p.Split(',').Length));
            Assert.Contains("1.000", chart.Find("svg").TextContent);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Sparkline_OfOneValue_IsNothing_OfEqualOnes_IsLevel()
    {
        Assert.Equal("", Render<Sparkline>(p => p.Add(s => s.Values, [1])).Markup.Trim());
        Assert.Equal("0,24 130,24 260,24", Render<Sparkline>(p => p.Add(s => s.Values, [2, 2, 2])).Find("polyline").GetAttribute("points"));
    }

    private IRenderedComponent<EfficiencyChart> Draw(double now = 0, double? target = null, NeedMark? need = null,
        MeasuredMark[]? measured = null) => Render<EfficiencyChart>(p => p
        .Add(c => c.Summary, "forecast").Add(c => c.Curve, Curve).Add(c => c.Now, now).Add(c => c.Target, target).Add(c => c.Need, need)
        .Add(c => c.Measured, measured ?? []));

    private static (double X, double Y)[] Points(IRenderedComponent<EfficiencyChart> chart, string selector) =>
        [.. chart.Find(selector).GetAttribute("points")!.Split(' ').Select(p => p.Split(','))
            .Select(p => (double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)))];

    private static double Number(AngleSharp.Dom.IElement element, string name) =>
        double.Parse(element.GetAttribute(name)!.TrimEnd('%'), CultureInfo.InvariantCulture);
}
