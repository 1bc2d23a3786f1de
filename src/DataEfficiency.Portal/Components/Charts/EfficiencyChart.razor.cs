using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Sentences;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace DataEfficiency.Portal.Components.Charts;

public sealed partial class EfficiencyChart
{
    private IReadOnlyList<BandMark> _curve = [];
    private LogLabelScale _scale = new(0);
    private int? _focused;

    /// <summary>Forecast over all worlds, ascending in labels; empty where none may be shown yet.</summary>
    [Parameter] public IReadOnlyList<BandMark> Curve { get; set; } = [];

    [Parameter] public IReadOnlyList<MeasuredMark> Measured { get; set; } = [];

    [Parameter] public double? Target { get; set; }

    [Parameter] public string TargetText { get; set; } = "target";

    /// <summary>Given reach.</summary>
    [Parameter] public NeedMark? Need { get; set; }

    [Parameter] public string NeedText { get; set; } = "";

    /// <summary>Labels so far: what is forecast begins here, and left of it stands only what was measured.</summary>
    [Parameter] public double Now { get; set; }

    /// <summary>What the heights are: accuracy, or share of the way.</summary>
    [Parameter] public string YTitle { get; set; } = "accuracy";

    /// <summary>The chart in a sentence, for who cannot see it.</summary>
    [Parameter, EditorRequired] public string Summary { get; set; } = "";

    /// <summary>Changes with every new forecast, which then fades in.</summary>
    [Parameter] public long Version { get; set; }

    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    /// <summary>The part of the need that is still ahead; null where none is.</summary>
    private (double Low, double High)? NeedAhead => Need is { } need && need.High > Now ? (Math.Max(need.Low, Now), need.High) : null;

    protected override void OnParametersSet()
    {
        _curve = LogLabelScale.From(Curve, Now);
        IEnumerable<double?> heights = [.. _curve.Select(p => (double?)p.Low), .. Measured.Select(m => (double?)(m.Value - m.Error)),
            Target,
            _curve.Count == 0 ? 0 : null];
        _scale = LogLabelScale.For(heights.OfType<double>());
    }

    private void Move(KeyboardEventArgs key)
    {
        if (_curve.Count == 0) return;
        _focused = key.Key switch
        {
            "ArrowRight" => Math.Min((_focused ?? -1) + 1, _curve.Count - 1),
            "ArrowLeft" => Math.Max((_focused ?? _curve.Count) - 1, 0),
            "Home" => 0,
            "End" => _curve.Count - 1,
            "Escape" => null,
            _ => _focused,
        };
    }

    private string BandPoints => string.Join(' ', [.. _curve.Select(p => Place(p.Labels, p.High)),
        .. _curve.Reverse().Select(p => Place(p.Labels, p.Low))]);

    private string Points(IEnumerable<BandMark> points) => string.Join(' ', points.Select(p => Place(p.Labels, p.Median)));

    private string Place(double labels, double share) => $"{N(LogLabelScale.X(labels))},{N(_scale.Y(share))}";

    /// <summary>The border between the hover areas of two neighbours.</summary>
    private double Edge(int before, int after) => before < 0 ? LogLabelScale.X(_curve[0].Labels)
        : after >= _curve.Count ? 100 : (LogLabelScale.X(_curve[before].Labels)
            + LogLabelScale.X(_curve[after].Labels)) / 2;

    private static string Value(BandMark p) =>
        ChartWords.ValueAt(labels: new Figure(Math.Round(p.Labels), Math.Round(p.Labels).ToString("N0", Culture)),
            median: Percent(p.Median), low: Percent(p.Low), high: Percent(p.High));

    private static string Percent(double share) => $"{(share * 100).ToString("0.#", Culture)} %";

    /// <summary>A coordinate: always with a point, whatever the reader's culture.</summary>
    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string P(double value) => $"{N(value)}%";
}
