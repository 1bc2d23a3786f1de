// From the cosines of the labelled examples to the whole estimate: the composition that the engine's door calls. No model, no tensor:
// every number on the budget page can be had, and tested, from here.
namespace DataEfficiency.Engine.Forecasting;

internal static class Forecaster
{
    /// <param name="cosines">[k, k] of the examples that have a gradient, in the request's order; the first 32 count.</param>
    /// <param name="losses">One per example of the request, null where left out.</param>
    /// <param name="leftOut">Examples without a gradient.</param>
    /// <param name="answers">[k], the answers of the rows of <paramref name="cosines"/>.</param>
    /// <param name="yardstick">Of the same model; without a fit no area and no number of labels follow from the labels.</param>
    /// <param name="probe">Of all labels; null where none were given.</param>
    /// <exception cref="ArgumentException">The request is not usable; the message says what to change.</exception>
    public static Estimate Forecast(ForecastRequest request, IReadOnlyList<IReadOnlyList<double>> cosines, IReadOnlyList<double?> losses,
        IReadOnlyList<LeftOut> leftOut, IReadOnlyList<string> answers, Yardstick yardstick, ProbeReading? probe = null)
    {
        if (request.Cap < 1) throw new ArgumentException($"The cap is {request.Cap}; at least one label must be affordable.");
        var scale = TargetScale.Of(request.Target, request.Measured ?? []);
        var cosLow = CosLowStatistics.Of(cosines, answers);
        var spread = cosLow.StandardError ?? CosLowStatistics.ExampleBootstrap(cosLow.Cosines)?.StandardDeviation ?? 0;
        var (prediction, remark, signals) = AreaPrediction.Of(yardstick, cosLow.Median, cosLow.Count, spread, probe,
            scale.Checks.Count > 0, scale.Target.Ceiling ?? 1);
        // labels of one answer say nothing of the task: neither an area nor a check follows from them
        var alone = OneAnswer(request);
        if (alone is not null) (prediction, remark, scale) = (null, null, scale with { Checks = [], LastShare = null });

        var share = scale.Target.Share;
        var (step, confidence) = CheckPoints.Steps(request.CheckPrice);
        var forecast = PosteriorForecast.Of(share, prediction, scale.Checks, scale.LastShare, request.Cap, library: yardstick.Library,
            smallestStep: step);
        double? paper = prediction is null ? null : share > 0 ? PaperFormula.LabelsNeeded(prediction.Auc, share) : 1;
        var stop = alone is not null && share > 0 ? new StopAdvice("none", null, Advice.None, null, null, alone)
            : StopRule.Advise(request, scale, forecast, request.Labels ?? request.Examples.Count, cosLow.Count, paper,
                confidence);

        int? references = yardstick.CosLows.Count > 0 ? yardstick.CosLows.Count : null;
        int? harderThan = references is not null && cosLow.Median is { } s ? yardstick.CosLows.Count(known => known > s) : null;
        var source = yardstick.Fit?.Source;
        return new(cosLow, losses, leftOut, prediction?.Auc, prediction?.Scale, remark, paper, forecast.Posterior, stop, harderThan,
            references, scale.Target, scale.AskedShare, source == AreaSource.Calibration, source)
        {
            Signals = signals, LibraryCurves = yardstick.Library?.Count ?? 0, Labels = request.Labels ?? request.Examples.Count,
            Checks = scale.Checks.Count, AreaError = AreaError(prediction, remark, signals, yardstick.Fit, cosLow.Count),
            OtherMethods = OtherNeeds.Of(share, yardstick, cosLow.Median, cosLow.Count, signals.ProbeAuc, scale.Checks),
            Worth = WorthOf(request, scale, forecast),
        };
    }

    private static Worth? WorthOf(ForecastRequest request, TargetScale scale, PosteriorForecast forecast) =>
        request.PointWorth is { } worth && scale.Target is { ZeroShot: { } zero, Ceiling: { } ceiling } ? CheckPoints.WorthOf(
            forecast.Weights.ExpectedY, request.Labelled?.Count ?? request.Examples.Count, worth, ceiling - zero, request.Cap) : null;

    // That of the choice between the signals where there is one, else of the mean or the line that the area comes from.
    private static double? AreaError(AucPrediction? prediction, AreaRemark? remark, SignalUse signals, AreaFit? fit, int examples) =>
        prediction is null ? null : signals.Errors?.Error ?? (remark as MeanInstead)?.MeanError
            ?? fit?.At(examples).Scale * AreaFit.ErrorPerScale;

    private static OneAnswerOnly? OneAnswer(ForecastRequest request)
    {
        var answers = (request.Labelled?.Select(l => l.Example) ?? request.Examples).Select(e => e.Answer).ToArray();
        return answers.Length >= Probe.Fewest && answers.Distinct().Count() == 1 ? new(answers.Length) : null;
    }
}
