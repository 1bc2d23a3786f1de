namespace DataEfficiency.Portal.Components.Charts;

/// <summary>From labels and shares to places in per cent of the plot, whatever its size on the screen. Around the plot each kind of
/// words has a lane of its own, in pixels, so that no two can meet: "now" above it, the need between its floor and the axis, the numbers
/// of labels below that; the target's stand inside.</summary>
internal sealed class LogLabelScale(double bottom)
{
    public const double FewestLabels = 8, MostLabels = 5000;

    /// <summary>Minor ones give way on a narrow screen.</summary>
    public static IReadOnlyList<(int Labels, bool Minor)> LabelTicks { get; } =
        [(10, false), (20, true), (50, true), (100, false), (200, true), (500, true),
        (1000, false), (2000, true), (5000, false)];

    public static double X(double labels) => 100 * Math.Log(Math.Clamp(labels, FewestLabels, MostLabels) / FewestLabels)
        / Math.Log(MostLabels / FewestLabels);

    public double Y(double share) => 100 * (1 - Math.Clamp(share, bottom, 1)) / (1 - bottom);

    /// <summary>How many pixels the target's words stand below its line: above it, but where the line is near the top.</summary>
    public int TargetShift(double share) => Y(share) < 12 ? 16 : -7;

    /// <summary>How words at a number of labels are anchored, so that they stay inside.</summary>
    public static string Anchor(double labels) => X(labels) switch { < 23 => "start", > 77 => "end", _ => "middle" };

    /// <summary>Tens while there are few, else twenties.</summary>
    public IEnumerable<double> ShareTicks()
    {
        var step = bottom > .35 ? 10 : 20;
        for (var percent = (int)Math.Ceiling(bottom * 100 / step) * step; percent <= 100; percent += step) yield return percent / 100.0;
    }

    /// <summary>The lowest multiple of ten percent below everything that is drawn.</summary>
    public static LogLabelScale For(IEnumerable<double> shares)
    {
        var lowest = shares.DefaultIfEmpty(0).Min();
        return new(Math.Clamp(Math.Floor(lowest * 10 - .05) / 10, 0, .8));
    }

    /// <summary>The part of a curve that is forecast and that the axis shows: from "now" on, straight in log n between its
    /// points.</summary>
    public static IReadOnlyList<BandMark> From(IReadOnlyList<BandMark> curve, double now)
    {
        var from = Math.Max(now, FewestLabels);
        var shown = curve.Where(p => p.Labels > from && p.Labels <= MostLabels).ToList();
        if (At(curve, from) is { } first) shown.Insert(0, first);
        return shown;
    }

    /// <summary>The curve at a number of labels, or null outside it.</summary>
    public static BandMark? At(IReadOnlyList<BandMark> curve, double labels)
    {
        for (var i = 1; i < curve.Count; i++)
            if (labels >= curve[i - 1].Labels && labels <= curve[i].Labels) return Between(curve[i - 1], curve[i], labels);
        return null;
    }

    private static BandMark Between(BandMark a, BandMark b, double labels)
    {
        var share = Math.Log(labels / a.Labels) / Math.Log(b.Labels / a.Labels);
        return new(labels, a.Low + share * (b.Low - a.Low), a.Median + share * (b.Median - a.Median),
            a.High + share * (b.High - a.High));
    }
}
