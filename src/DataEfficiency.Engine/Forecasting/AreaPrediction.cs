// AUC' of a project from its signal and the fit of its model (decision section 6, COS; method sections 7 and 9).
namespace DataEfficiency.Engine.Forecasting;

public static class AreaPrediction
{
    /// <summary>A perfect fit over a few tasks must not make the factor infinitely sharp.</summary>
    private const double SmallestScale = .005;

    /// <summary>A probe and a check of the same labels are no two witnesses: the probe's scale is so much wider once a check is
    /// there.</summary>
    public const double BesideAChecksLabels = 1.25;

    /// <summary>The area from whichever signal tells most on this model: the probe where its calibration has one, CoS-Low, or the mean of
    /// the reference tasks (signals section 1).</summary>
    /// <param name="cosLow">Null below two examples.</param>
    /// <param name="examples">How many it was taken of.</param>
    /// <param name="probe">Null where no labelled example was given.</param>
    /// <param name="isChecked">A fine-tune on these labels was measured.</param>
    /// <param name="ceiling">The best score that can be had.</param>
    public static (AucPrediction? Prediction, AreaRemark? Remark, SignalUse Signals) Of(Yardstick yardstick, double? cosLow, int examples,
        double standardError, ProbeReading? probe, bool isChecked = false, double ceiling = 1)
    {
        var (byCosLow, remark) = Of(yardstick.Fit, cosLow, examples, standardError);
        AreaSignal? used = byCosLow is null || remark is MeanInstead ? null : AreaSignal.CosLow;
        if (probe?.Score is not { } score
            || yardstick.Signals?.Of(probe.Signal, probe.Counted, score, ceiling, cosLow is not null) is not { } fits)
            return (byCosLow, remark, new(probe, null, null, byCosLow?.Auc, used));

        var raw = fits.Probe.Coefficient * fits.Signal + fits.Probe.Intercept;
        var use = new SignalUse(probe, fits.Errors, PaperFormula.Clip(raw), cosLow is { } s
            ? PaperFormula.Clip(fits.CosLow.Coefficient * s + fits.CosLow.Intercept) : null, fits.Errors.Chosen);
        AucPrediction Scaled(double auc, double more = 0) => new(PaperFormula.Clip(auc),
            Math.Sqrt(Math.Pow(Math.Max(fits.Probe.Scale, SmallestScale), 2) + more * more));
        AucPrediction Wider(AucPrediction area) => isChecked ? area with { Scale = area.Scale * BesideAChecksLabels } : area;
        return fits.Errors.Chosen switch
        {
            AreaSignal.CosLow => (Scaled(use.CosLowAuc!.Value, fits.CosLow.Coefficient * standardError), null, use),
            null => (Scaled(yardstick.Fit?.Mean ?? fits.Probe.Intercept), new MeanInstead(fits.Probe.Coefficient,
                fits.Errors.Probe!.Value, fits.Errors.Mean), use),
            _ => (Wider(Scaled(raw)), use.ProbeAuc == raw ? null : new AreaClipped(raw), use),
        };
    }

    /// <summary>The area from CoS-Low alone.</summary>
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
