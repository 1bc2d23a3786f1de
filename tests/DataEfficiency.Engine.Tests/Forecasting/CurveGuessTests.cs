using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>Needs by hand: x = ln n / ln 5,000.</summary>
public class CurveGuessTests
{
    // through (1, 0) and (100, .6): 100^(.7 / .6); 100^(ln .3 / ln .4); 100 ln .3 / ln .4
    [Theory]
    [InlineData(OtherMethod.LogLinear, 215.443469)]
    [InlineData(OtherMethod.PowerLaw, 424.548681)]
    [InlineData(OtherMethod.Exponential, 131.396375)]
    [InlineData(OtherMethod.LastValue, null)]
    public void Need_OfOnePoint_IsTheCurveThroughIt(OtherMethod method, double? need) => Is(need, Guess(method, (100, .6)), .7, (100, .6));

    // least squares over (1, 0), (100, .6), (400, .7), worked out apart from this code
    [Theory]
    [InlineData(OtherMethod.LogLinear, 722.256180)]
    [InlineData(OtherMethod.PowerLaw, 3088.583320)]
    [InlineData(OtherMethod.Exponential, 477.312911)]
    public void Need_OfTwoPoints_IsTheFitOverThem(OtherMethod method, double need) =>
        Is(need, Guess(method, (100, .6), (400, .7)), .8, (100, .6), (400, .7));

    [Theory]
    [InlineData(OtherMethod.LastValue)]
    [InlineData(OtherMethod.LogLinear)]
    public void Need_MeasuredAtTheTarget_IsTheFirstSizeThatMetIt(OtherMethod method) =>
        Is(200, Guess(method, (100, .6), (200, .9), (400, .8)), .9, (100, .6), (200, .9), (400, .8));

    [Fact]
    public void Need_GuessPassesTheTargetWhereItWasMeasuredUnder_LiesAtTheLastSize() =>
        Is(400, new(OtherMethod.Exponential, _ => 1), .9, (100, .6), (400, .7));

    // x^1 has the area 1/2: 5000^.7
    [Fact]
    public void Need_OfAnArea_IsThePapersFormula() =>
        Close.To(PaperFormula.LabelsNeeded(.5, .7), CurveGuess.OfArea(OtherMethod.MeanOfTasks, .5).Need(.7, []));

    [Fact]
    public void Area_OfAStraightGuess_IsTheTrapezoidOverMeasuredAndGuessed()
    {
        // measured .6 at 100, .6 from there on: a triangle up to x(100) and a rectangle behind it
        var x = Math.Log(100) / Math.Log(5000);
        var area = Guess(OtherMethod.LastValue, (100, .6)).Area([new(100, .6, 0)]);
        Close.To(.6 * x / 2 + .6 * (1 - x), area);
    }

    private static CurveGuess Guess(OtherMethod method, params (int N, double Y)[] points) =>
        CurveGuess.Of(Checks(points)).Single(g => g.Method == method);

    private static Check[] Checks((int N, double Y)[] points) => [.. points.Select(p => new Check(p.N, p.Y, .05))];

    private static void Is(double? need, CurveGuess guess, double share, params (int N, double Y)[] points)
    {
        var found = guess.Need(share, Checks(points));
        if (need is { } n) Close.To(n, found, 1e-5);
        else Assert.Null(found);
    }
}
