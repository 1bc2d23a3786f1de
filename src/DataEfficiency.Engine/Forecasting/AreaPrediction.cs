// AUC' of a project from its signal and the fit of its model (decision section 6, COS; method sections 7 and 9).
namespace DataEfficiency.Engine.Forecasting;

public static class AreaPrediction
{
    /// <summary>A perfect fit over a few tasks must not make the factor infinitely sharp.</summary>
    private const double SmallestScale = .005;

    /// <param name="signal">Null below two examples.</param>
    /// <param name="examples">How many the signal was taken of.</param>
    /// <param name="standardError">sd of the example bootstrap, also below 8 examples, where it is not shown.</param>
    /// <returns>No prediction without a fit or a signal; a remark where it was clipped or replaced.</returns>
    public static (AucPrediction? Prediction, AreaRemark? Remark) Of(AreaFit? fit, double? signal, int examples, double standardError)
    {
        if (fit is null || signal is not { } s) return (null, null);
        var point = fit.At(examples);
        if (fit is { Mean: { } mean, MeanError: { } meanError } && !fit.TellsTasksApart(point))
            return (new(PaperFormula.Clip(mean), Math.Max(meanError / AreaFit.ErrorPerScale, SmallestScale)),
                new MeanInstead(point.Coefficient, point.Scale * AreaFit.ErrorPerScale, meanError));
        var raw = point.Coefficient * s + point.Intercept;
        var auc = PaperFormula.Clip(raw);
        var scale = Math.Sqrt(Math.Pow(Math.Max(point.Scale, SmallestScale), 2) + Math.Pow(point.Coefficient * standardError, 2));
        return (new(auc, scale), auc == raw ? null : new AreaClipped(raw));
    }
}
