using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>A forecast as it was stored, with the labels it was made of.</summary>
public sealed record PastForecast(long Id, long LabelVersion, long CreatedAt, int Labels, string Model, string ModelSha256,
    Estimate Estimate)
{
    /// <summary>Its page showed a curve. One answer alone gives none, whatever is stored.</summary>
    public bool ShowedCurve => Estimate.CosLow.Count >= StopRule.BandFrom && Estimate.Stop.Reason is not OneAnswerOnly;

    /// <summary>Its page showed a number of labels, or that there is none.</summary>
    public bool ShowedNeed => ShowedCurve && (Estimate.CosLow.Count >= StopRule.NumberFrom || Estimate.Stop.Rule == "B");

    /// <summary>Quantiles of the share of the way at a number of examples: straight lines in log n over its band. Null outside it: at or
    /// before the last size that it had measured, and above 5,000.</summary>
    public BandPoint? At(int examples)
    {
        var band = Estimate.Posterior.Band;
        if (band.Count == 0 || examples < band[0].Examples || examples > band[^1].Examples) return null;
        var (low, high, share) = LabelAxis.Between([.. band.Select(b => b.Examples)], examples);
        double Between(double from, double to) => from + share * (to - from);
        var (a, b) = (band[low], band[high]);
        return new(examples, Between(a.Low, b.Low), Between(a.Median, b.Median), Between(a.High, b.High));
    }
}

/// <summary>What a check measured.</summary>
/// <param name="LabelVersion">Of the labels that it was made with: its result is in no forecast of this version or an earlier one.</param>
public sealed record LaterPoint(int CheckId, long LabelVersion, string Model, string ModelSha256, int Examples, double Score,
    double ZeroShot, double Ceiling, int Tested)
{
    /// <summary>Share of the way to a ceiling; null where there is hardly a way.</summary>
    public double? Share(double ceiling) => CheckPoints.HasGap(ZeroShot, ceiling) ? (Score - ZeroShot) / (ceiling - ZeroShot) : null;

    /// <summary>Of the score, from the size of its test set.</summary>
    public double StandardError =>
        CheckPoints.Of(Examples, (int)Math.Round(Score * Tested), Tested, zeroShot: 0, ceiling: 1).StandardError;
}
