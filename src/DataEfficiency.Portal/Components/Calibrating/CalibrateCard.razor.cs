using System.Globalization;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Portal.Calibrating;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components.Calibrating;

public sealed partial class CalibrateCard
{
    private readonly HashSet<string> _builtIn = [];
    private readonly HashSet<int> _projects = [];
    private IReadOnlyList<string> _offered = [];
    private CalibrationMode _mode;

    [Parameter, EditorRequired] public string Model { get; set; } = "";

    /// <summary>Tasks can join the calibration that there is.</summary>
    [Parameter] public bool MayJoin { get; set; }

    /// <summary>There is one with a fit, whose place another one would take.</summary>
    [Parameter] public bool HasFit { get; set; }

    [Parameter] public bool MayRun { get; set; }

    [Parameter, EditorRequired] public IReadOnlyList<FinishedProject> Projects { get; set; } = [];

    /// <summary>The newest calibration of this model.</summary>
    [Parameter] public Job? Job { get; set; }

    [Parameter] public CalibrationProgress? Progress { get; set; }

    [Parameter] public CalibrationCost? Cost { get; set; }

    [Parameter] public bool IsMeasuring { get; set; }

    [Parameter] public (decimal Price, string Currency)? Price { get; set; }

    [Parameter] public string? Refusal { get; set; }

    [Parameter] public EventCallback<CalibrationAsk> Measure { get; set; }

    [Parameter] public EventCallback<CalibrationAsk> Start { get; set; }

    [Parameter] public EventCallback Cancel { get; set; }

    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    private bool IsUnderWay => Job?.State.IsOpen() == true;

    private CalibrationAsk Ask => new(Model, _mode, [.. _offered.Where(_builtIn.Contains)], [.. _projects.Order()]);

    // what was measured of another choice says nothing of this one
    private CalibrationCost? Known => Cost is { } cost && cost.Ask.ToJson() == Ask.ToJson() ? cost : null;

    private CalibrationCost? Measuring => IsMeasuring ? Known : null;

    private (CalibrationMode, string)[] Modes => [.. (((CalibrationMode Mode, string Name)[])
    [
        (CalibrationMode.Join, CalibratingWords.ModeJoin), (CalibrationMode.Full, CalibratingWords.ModeFull),
        (CalibrationMode.Small, CalibratingWords.ModeSmall), (CalibrationMode.SignalsOnly, CalibratingWords.ModeSignalsOnly),
    ]).Where(m => m.Mode switch
    {
        CalibrationMode.Join => MayJoin, CalibrationMode.SignalsOnly => !HasFit, _ => true,
    })];

    private string Hint => _mode switch
    {
        CalibrationMode.Join => CalibratingWords.ModeJoinHint, CalibrationMode.Full => CalibratingWords.ModeFullHint,
        CalibrationMode.Small => CalibratingWords.ModeSmallHint, _ => CalibratingWords.ModeSignalsOnlyHint,
    };

    protected override void OnInitialized() => Take(MayJoin ? CalibrationMode.Join : CalibrationMode.Small);

    private void Take(CalibrationMode mode)
    {
        _mode = mode;
        _offered = [.. CalibrationPlans.Offered(mode).Select(t => t.Name)];
        _builtIn.Clear();
        _builtIn.UnionWith(_offered);
    }

    private static void Toggle<T>(HashSet<T> chosen, T value, ChangeEventArgs change)
    {
        if (change.Value is true) chosen.Add(value);
        else chosen.Remove(value);
    }
}
