using System.Globalization;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using static DataEfficiency.Portal.Stopping.StoppingWords;

namespace DataEfficiency.Portal.Stopping;

/// <summary>What is looked at before a stop, and what was decided, in words.</summary>
public static class StopText
{
    public static Said Of(StopLine line, CultureInfo culture) => line.Point switch
    {
        StopPoint.TestSet => line.Of is null or 0 ? TestSetNone
            : TestSetFilled(given: Count(line.Value, culture), all: Count(line.Of, culture)),
        StopPoint.Agreement => Agreement(line, culture),
        StopPoint.Reviews => ReviewsOpen((int)(line.Value ?? 0)),
        StopPoint.AskedAgain => line is { IsMet: false, Value: 0 } ? AskedAgainFitting : AskedAgainOpen((int)(line.Value ?? 0)),
        _ => line.Value is { } early ? EarlyChance(chance: ForecastNumbers.Percent(early, culture),
            bound: ForecastNumbers.Percent(line.Bound ?? 0, culture)) : EarlyUnknown,
    };

    /// <summary>What a rule is, for people.</summary>
    public static Said Rule(StopNumbers numbers, CultureInfo culture) => numbers.Rule switch
    {
        "A" => RuleA(ForecastNumbers.Labels(numbers.At ?? 0, culture)),
        "B" => RuleB,
        _ => RuleNone,
    };

    public static Said Need(StopNumbers numbers, CultureInfo culture) => numbers is { Need: { } need, PReach: { } reach }
        ? NeedIs(need: ForecastNumbers.Need(need, culture), range: ForecastNumbers.Range(ForecastNumbers.Labels(numbers.Low ?? 0, culture),
            ForecastNumbers.Labels(numbers.High ?? 0, culture)), reach: ForecastNumbers.Percent(reach, culture)) : NeedUnknown;

    public static Said Measured(StopNumbers numbers, CultureInfo culture) => numbers.Measured is { } check
        ? CheckIs(score: ForecastNumbers.Score(check.Score, culture), range: ForecastNumbers.Range(
            ForecastNumbers.Score(check.Low, culture), ForecastNumbers.Score(check.High, culture)),
            labels: ForecastNumbers.Count(check.Examples, culture)) : CheckNone;

    /// <summary>"goes on to 2,000 labels".</summary>
    public static Said Of(DecisionKind kind, StopPoint? point, double? value, string? reason, CultureInfo culture) => kind switch
    {
        DecisionKind.Stop => DidStop,
        DecisionKind.StopByItself => DidStopByItself,
        DecisionKind.Reopen => DidReopen,
        DecisionKind.GoOn => DidGoOn(Count(value, culture)),
        DecisionKind.RaiseTarget => DidRaise(ForecastNumbers.Score(value ?? 0, culture)),
        DecisionKind.Review => DidReview(Count(value, culture)),
        _ => DidWaive(point: Name(point ?? StopPoint.Early), reason: reason),
    };

    public static Said Name(StopPoint point) => point switch
    {
        StopPoint.TestSet => PointTestSet,
        StopPoint.Agreement => PointAgreement,
        StopPoint.Reviews => PointReviews,
        StopPoint.AskedAgain => PointAskedAgain,
        _ => PointEarly,
    };

    private static Said Agreement(StopLine line, CultureInfo culture)
    {
        if (line.Of is null or 0) return AgreementNone;
        var value = AgreementText.Value(line.Value, culture);
        if (line.Interval is { } interval)
            value = WithInterval(value: value, low: AgreementText.Value(interval.Low, culture),
                high: AgreementText.Value(interval.High, culture));
        return line.Bound is not { } bound ? AgreementWithoutBound(value: value, items: Count(line.Of, culture))
            : line.BoundIsOwn ? AgreementOwn(value: value, items: Count(line.Of, culture), bound: bound.ToString("0.0##", culture))
            : AgreementUsual(value: value, items: Count(line.Of, culture), bound: bound.ToString("0.0##", culture),
                firm: StopReader.FirmAgreement.ToString("0.0##", culture));
    }

    private static Figure Count(double? count, CultureInfo culture) => ForecastNumbers.Count((long)(count ?? 0), culture);
}
