namespace DataEfficiency.Portal.TrackRecords;

/// <summary>A need beside what the last forecast of a method before it had said.</summary>
/// <param name="Labels">That there were when it was made.</param>
public sealed record TrackNeed(int ProjectId, int CheckId, TrackMethod Method, int Labels, Prediction Need);

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

    /// <summary>Of the newest pair that has one: what was believed when the point was measured.</summary>
    public TrackNeed? Newest { get; private init; }

    public TrackTally With(TrackPair pair) => this with
    {
        Forecasts = Forecasts + 1, Error = Error + pair.Error, Inside = Inside + (pair.Accuracy.IsInside ? 1 : 0),
        InsideWithNoise = InsideWithNoise + (pair.IsInsideWithNoise ? 1 : 0), Needs = Needs + (pair.Need is null ? 0 : 1),
        NeedsInside = NeedsInside + (pair.Need is { IsInside: true } ? 1 : 0),
        NeedsWithNumber = NeedsWithNumber + (pair.NeedBits is null ? 0 : 1), NeedBits = NeedBits + (pair.NeedBits ?? 0),
        Newest = pair.Need is { } need ? new(ProjectId, CheckId, Method, pair.Labels, need) : Newest,
    };

    public TrackTally With(TrackTally other) => this with
    {
        Forecasts = Forecasts + other.Forecasts, Error = Error + other.Error, Inside = Inside + other.Inside,
        InsideWithNoise = InsideWithNoise + other.InsideWithNoise, Needs = Needs + other.Needs,
        NeedsInside = NeedsInside + other.NeedsInside, NeedsWithNumber = NeedsWithNumber + other.NeedsWithNumber,
        NeedBits = NeedBits + other.NeedBits,
    };
}
