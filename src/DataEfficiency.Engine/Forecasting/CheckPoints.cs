// From checks to points of the curve, and when the next one is due (signals section 2, decision sections 4, 6 and 8). Pure arithmetic.
namespace DataEfficiency.Engine.Forecasting;

public static class CheckPoints
{
    /// <summary>Of a normal distribution 80 % lie within so many standard errors.</summary>
    public const double Eighty = 1.2815515655446004;

    /// <summary>How many random labels the first checks by themselves wait for; behind them every doubling.</summary>
    private static readonly int[] First = [CosLow.Size, 50, 100, 200];

    /// <summary>A check runs by itself within the first, or within the second as a share of the labelling time to the next
    /// doubling.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(2);
    private const double SmallShare = .05;

    /// <summary>Below this price in labels rule B takes smaller steps and asks for more (decision section 8).</summary>
    private const double CheapCheck = 250;

    private const int WorthPoints = 60;

    /// <summary>y = (score - s0) / (ceiling - s0) of this very run, which may be negative, and its standard error sqrt(p (1 - p) / m) / gap
    /// with p = (right + 1) / (m + 2).</summary>
    /// <param name="examples">Training labels of the run.</param>
    /// <param name="zeroShot">s0 on the same m examples.</param>
    /// <exception cref="ArgumentException">The gap between s0 and ceiling is under <see cref="Target.SmallestGap"/>, or nothing was
    /// tested.</exception>
    public static Check Of(int examples, int right, int tested, double zeroShot, double ceiling = 1)
    {
        if (tested < 1 || right < 0 || right > tested)
            throw new ArgumentException($"{right} of {tested} examples are right: give the number of tested ones, and at most as many.");
        var gap = Gap(zeroShot, ceiling);
        return new Check(examples, ((double)right / tested - zeroShot) / gap, StandardError(right, tested) / gap);
    }

    /// <summary>The same of a check's result.</summary>
    public static Check Of(CheckResult result, double ceiling = 1) =>
        Of(result.Examples, (int)Math.Round(result.Score * result.Tested), result.Tested, result.ZeroShot, ceiling);

    /// <summary>The same as what a forecast takes in.</summary>
    public static MeasuredPoint Measured(CheckResult result, double ceiling = 1) =>
        new(result.Examples, result.Score, result.Tested, result.ZeroShot, Of(result, ceiling).StandardError);

    /// <summary>False where s0 lies so near the ceiling that shares of the way mean nothing.</summary>
    public static bool HasGap(double zeroShot, double ceiling = 1) => ceiling - zeroShot >= Target.SmallestGap;

    /// <summary>The smallest test set whose point has a standard error of at most .05.</summary>
    /// <param name="score">Expected, or that of the last check.</param>
    public static int SmallestTest(double score, double zeroShot, double ceiling = 1)
    {
        var most = MeasuredRun.LargestStandardError * Gap(zeroShot, ceiling);
        var tested = 1;
        while (StandardError(score * tested, tested) > most) tested++;
        return tested;
    }

    /// <summary>The check that so many random labels allow by itself, by its number of random labels; null below the first. It is due
    /// where no check was made at this many or more.</summary>
    public static int? DueAt(int random)
    {
        if (random < First[0]) return null;
        var due = First.Last(n => n <= random);
        while (due >= First[^1] && 2 * due <= random) due *= 2;
        return due;
    }

    /// <summary>The next of them, behind so many random labels.</summary>
    public static int NextAt(int random) => First.FirstOrDefault(n => n > random) is var next and > 0 ? next : 2 * DueAt(random)!.Value;

    /// <summary>Whether a check is cheap enough to run without being asked for.</summary>
    /// <param name="cost">Its estimate.</param>
    /// <param name="perLabel">Labelling time of one random label at the current pace; null: unknown.</param>
    /// <param name="random">Random labels so far.</param>
    public static bool RunsByItself(TimeSpan cost, TimeSpan? perLabel, int random) =>
        cost < Short || perLabel is { } pace && cost < SmallShare * (NextAt(random) - random) * pace;

    /// <summary>Rule B's smallest step between two checks, and gamma, by what one check costs.</summary>
    /// <param name="price">In labels: its time over that of one label; null: unknown, taken as much.</param>
    public static (double SmallestStep, double Confidence) Steps(double? price) => price < CheapCheck ? (1.25, .85)
        : (1.5, StopRule.Confidence);

    /// <summary>Rule C, "is it still worth it?": the most of V (E y(m) - E y(n)) - (m - n), m on 60 geometric points from n to the
    /// cap.</summary>
    /// <param name="expectedY">E y at a number of training labels.</param>
    /// <param name="labels">n, training labels so far.</param>
    /// <param name="perPoint">What a point of the score (.01) is worth in labels.</param>
    /// <param name="gap">From zero-shot score to ceiling: V = 100 gap perPoint.</param>
    /// <param name="cap">The most labels there can be.</param>
    public static Worth WorthOf(Func<int, double> expectedY, int labels, double perPoint, double gap, int cap = LabelAxis.MaxExamples)
    {
        var (from, to) = (Math.Max(labels, 1), Math.Min(cap, LabelAxis.MaxExamples));
        if (to <= from) return new Worth(labels, 0, 0);
        var now = expectedY(from);
        return Enumerable.Range(1, WorthPoints - 1)
            .Select(i => (int)Math.Round(from * Math.Pow((double)to / from, i / (WorthPoints - 1.0)))).Where(m => m > from).Distinct()
            .Select(m => (At: m, Points: 100 * gap * (expectedY(m) - now)))
            .Select(m => new Worth(m.At, perPoint * m.Points - (m.At - from), m.Points)).MaxBy(w => w.Labels)!;
    }

    private static double Gap(double zeroShot, double ceiling) =>
        HasGap(zeroShot, ceiling) ? ceiling - zeroShot : throw Target.TooSmall(zeroShot, ceiling);

    private static double StandardError(double right, int tested)
    {
        var p = (right + 1) / (tested + 2);
        return Math.Sqrt(p * (1 - p) / tested);
    }
}
