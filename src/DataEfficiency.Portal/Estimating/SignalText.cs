using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Sentences;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What the probe says of a project's labels, and which signal the area comes from, with what each is worth on this
/// model.</summary>
public static class SignalText
{
    /// <param name="firstSize">How many first labels there can be.</param>
    public static IReadOnlyList<Said> Of(SignalUse signals, int firstSize, CultureInfo culture)
    {
        if (signals.Probe is not { } probe) return [];
        if (probe.Gap is { } gap) return [Gap(gap, probe, firstSize)];
        var score = probe.Score!;
        List<Said> said = [ProbeScored(right: ForecastNumbers.Percent(score.Accuracy, culture), counted: score.Counted,
            judged: probe.Signal, chance: ForecastNumbers.Percent(Chance(score), culture))];
        if (score.ZeroShot is { } zero) said.Add(ProbeBegins(ForecastNumbers.Percent(zero, culture)));
        if (probe.Waiting > 0) said.Add(ProbeReads(probe.Waiting));
        said.Add(signals.Errors is { } errors ? AreaComesFrom(signal: Name(signals.Used), tasks: errors.Tasks,
            probe: ForecastNumbers.Points(errors.Probe ?? 0, culture),
            cosLow: errors.CosLow is { } e ? ForecastNumbers.Points(e, culture) : null,
            mean: ForecastNumbers.Points(errors.Mean, culture), choice: ForecastNumbers.Points(errors.Error, culture)) : ProbeWithoutFit);
        return said;
    }

    private static Said Gap(ProbeGap gap, ProbeReading probe, int firstSize) => gap switch
    {
        ProbeGap.OneAnswer => ProbeOneAnswer,
        ProbeGap.ManyAnswers => ProbeManyAnswers,
        ProbeGap.Waiting => ProbeReads(probe.Waiting),
        _ => ProbeNeeds(counted: probe.Counted, least: StopRule.NumberFrom, first: firstSize),
    };

    // z = (a - c) / (1 - c)
    private static double Chance(ProbeScore score) =>
        score.AboveChance < 1 ? (score.Accuracy - score.AboveChance) / (1 - score.AboveChance) : 0;

    private static string Name(AreaSignal? signal) => signal switch { null => "mean", AreaSignal.CosLow => "cosLow", _ => "probe" };
}
