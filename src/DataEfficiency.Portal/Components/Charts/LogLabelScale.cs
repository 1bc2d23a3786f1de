
namespace DataEfficiency.Portal.Components.Charts;

/// <summary>From labels and shares to places in the chart's viewBox of 760 x 360.</summary>
internal sealed class LogLabelScale(double bottom)
{
    public const double Left = 46, Right = 744, Top = 18, Base = 320, FewestLabels = 8, MostLabels = 5000;

    /// <summary>Minor ones give way on a narrow screen.</summary>
    public static IReadOnlyList<(int Labels, bool Minor)> LabelTicks { get; } = [(10, false), (20, true), (50, true), (100, false), (200, true), (500, true), (1000, false), (2000, true), (5000, false)];

    public static double X(double labels) => Left + (Right - Left) * Math.Log(Math.Clamp(labels, FewestLabels, MostLabels) / FewestLabels) / Math.Log(MostLabels / FewestLabels);

    public double Y(double share) => Top + (Base - Top) * (1 - Math.Clamp(share, bottom, 1)) / (1 - bottom);

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

    /// <summary>The part of a curve that the axis shows: it begins at the left edge, straight in log n between its points.</summary>
    public static IReadOnlyList<BandMark> Visible(IReadOnlyList<BandMark> curve)
    {
        var shown = curve.Where(p => p.Labels is >= FewestLabels and <= MostLabels).ToList();
        var before = curve.LastOrDefault(p => p.Labels < FewestLabels);
        if (before.Labels > 0 && shown.Count > 0 && shown[0].Labels > FewestLabels) shown.Insert(0, Between(before, shown[0], FewestLabels));
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
        return new(labels, a.Low + share * (b.Low - a.Low), a.Median + share * (b.Median - a.Median), a.High + share * (b.High - a.High));
    }
}
