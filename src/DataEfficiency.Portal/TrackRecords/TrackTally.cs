namespace DataEfficiency.Portal.TrackRecords;

/// <summary>Sums over the pairs of one measured point and one method: what is kept of them.</summary>
public sealed record TrackTally(int ProjectId, int CheckId, TrackMethod Method)
{
    public int Forecasts { get; private init; }
    public double Error { get; private init; }
    public int Inside { get; private init; }
    public int InsideWithNoise { get; private init; }
    public int Needs { get; private init; }
    public int NeedsInside { get; private init; }
    public int NeedsWithNumber { get; private init; }
    public double NeedBits { get; private init; }

    public TrackTally With(TrackPair pair) => this with
    {
        Forecasts = Forecasts + 1, Error = Error + pair.Error, Inside = Inside + (pair.Accuracy.IsInside ? 1 : 0),
        InsideWithNoise = InsideWithNoise + (pair.IsInsideWithNoise ? 1 : 0), Needs = Needs + (pair.Need is null ? 0 : 1),
        NeedsInside = NeedsInside + (pair.Need is { IsInside: true } ? 1 : 0),
        NeedsWithNumber = NeedsWithNumber + (pair.NeedBits is null ? 0 : 1), NeedBits = NeedBits + (pair.NeedBits ?? 0),
    };

    public TrackTally With(TrackTally other) => this with
    {
        Forecasts = Forecasts + other.Forecasts, Error = Error + other.Error, Inside = Inside + other.Inside,
        InsideWithNoise = InsideWithNoise + other.InsideWithNoise, Needs = Needs + other.Needs,
        NeedsInside = NeedsInside + other.NeedsInside, NeedsWithNumber = NeedsWithNumber + other.NeedsWithNumber,
        NeedBits = NeedBits + other.NeedBits,
    };
}
