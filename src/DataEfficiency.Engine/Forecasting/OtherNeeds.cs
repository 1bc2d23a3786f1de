// "Do other methods agree?": the label need that each plain method reads from the same labels and the same measured points.
namespace DataEfficiency.Engine.Forecasting;

public static class OtherNeeds
{
    /// <param name="share">Target t as a share of the way.</param>
    /// <param name="cosLow">Null: there is none.</param>
    /// <param name="examples">How many it was taken of.</param>
    /// <param name="probeAuc">The area that the probe alone predicts; null: there is none.</param>
    /// <param name="checks">Ascending, as each was measured.</param>
    /// <returns>One of each method; none where the untrained model meets the target.</returns>
    public static IReadOnlyList<MethodNeed> Of(double share, Yardstick yardstick, double? cosLow, int examples,
        double? probeAuc, IReadOnlyList<Check> checks)
    {
        if (share <= 0) return [];
        double? mean = yardstick.Fit?.Mean;
        double? byCosLow = yardstick.Fit?.At(examples) is { } line && cosLow is { } s
            ? PaperFormula.Auc(s, line.Coefficient, line.Intercept) : null;
        var fitted = CurveGuess.Of(checks).ToDictionary(g => g.Method);
        MethodNeed OfArea(OtherMethod method, double? area, bool hasFit) => area is { } auc
            ? new(method, PaperFormula.LabelsNeeded(PaperFormula.Clip(auc), share), null)
            : new(method, null, hasFit ? MethodGap.NoSignal : MethodGap.NoFit);
        MethodNeed OfChecks(OtherMethod method) => !fitted.TryGetValue(method, out var guess)
            ? new(method, null, MethodGap.NothingMeasured)
            : guess.Need(share, checks) is { } need ? new(method, need, null) : new(method, null, MethodGap.NotReached);
        return
        [
            OfArea(OtherMethod.MeanOfTasks, mean, hasFit: false), OfArea(OtherMethod.CosLow, byCosLow, yardstick.Fit is not null),
            OfArea(OtherMethod.Probe, probeAuc, yardstick.Signals is not null),
            OfChecks(OtherMethod.LastValue), OfChecks(OtherMethod.PowerLaw), OfChecks(OtherMethod.Exponential),
            OfChecks(OtherMethod.LogLinear), Curve(share, checks),
        ];
    }

    private static MethodNeed Curve(double share, IReadOnlyList<Check> checks)
    {
        var weights = new PosteriorWeights(share, null, RisingChecks.Of(checks));
        return weights.Quantile(.5) is { } median ? new(OtherMethod.Curve, median, null, weights.PReach)
            : new(OtherMethod.Curve, null, MethodGap.NotReached, weights.PReach);
    }
}
