// From the cosines of the labelled examples to the whole estimate: the composition that the engine's door calls. No model, no tensor:
// every number on the budget page can be had, and tested, from here.
namespace DataEfficiency.Engine.Forecasting;

internal static class Forecaster
{
    /// <param name="cosines">[k, k] of the examples that have a gradient, in the request's order; the first 32 count.</param>
    /// <param name="losses">One per example of the request, null where left out.</param>
    /// <param name="leftOut">Examples without a gradient.</param>
    /// <param name="answers">[k], the answers of the rows of <paramref name="cosines"/>.</param>
    /// <param name="yardstick">Of the same model; without a fit no area and no number of labels follow from CoS-Low.</param>
    /// <exception cref="ArgumentException">The request is not usable; the message says what to change.</exception>
    public static Estimate Forecast(ForecastRequest request, IReadOnlyList<IReadOnlyList<double>> cosines, IReadOnlyList<double?> losses,
        IReadOnlyList<LeftOut> leftOut, IReadOnlyList<string> answers, Yardstick yardstick)
    {
        if (request.Cap < 1) throw new ArgumentException($"The cap is {request.Cap}; at least one label must be affordable.");
        var scale = TargetScale.Of(request.Target, request.Measured ?? []);
        var cosLow = CosLowStatistics.Of(cosines, answers);
        var spread = cosLow.StandardError ?? CosLowStatistics.ExampleBootstrap(cosLow.Cosines)?.StandardDeviation ?? 0;
        var (prediction, remark) = AreaPrediction.Of(yardstick.Fit, cosLow.Median, cosLow.Count, spread);

        var share = scale.Target.Share;
        var forecast = PosteriorForecast.Of(share, prediction, scale.Checks, scale.LastShare, request.Cap);
        double? paper = prediction is null ? null : share > 0 ? PaperFormula.LabelsNeeded(prediction.Auc, share) : 1;
        var stop = StopRule.Advise(request, scale, forecast, request.Labels ?? request.Examples.Count, cosLow.Count, paper);

        int? references = yardstick.CosLows.Count > 0 ? yardstick.CosLows.Count : null;
        int? harderThan = references is not null && cosLow.Median is { } s ? yardstick.CosLows.Count(known => known > s) : null;
        var source = yardstick.Fit?.Source;
        return new(cosLow, losses, leftOut, prediction?.Auc, prediction?.Scale, remark, paper, forecast.Posterior, stop, harderThan,
            references, scale.Target, scale.AskedShare, source == AreaSource.Calibration, source);
    }
}
