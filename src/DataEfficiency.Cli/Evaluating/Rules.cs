// When a project would have stopped under each rule (decision sections 4 and 8).
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Cli.Evaluating;

/// <summary>Where a rule stopped on one curve that reaches the target, and after how many fine-tunes.</summary>
/// <param name="Need">n*.</param>
/// <param name="Y">True share of the way at the stop.</param>
internal readonly record struct Stop(double Labels, int Checks, double Need, double Y)
{
    public bool IsEarly => Labels < Need - 1e-6;
}

/// <param name="TestSize">Null: scores are exact, or nothing is measured.</param>
/// <param name="Early">Share stopped before n*.</param>
/// <param name="Material">Share stopped more than .05 of the gap below the target.</param>
/// <param name="Surplus">Mean labels past n*, 0 where early.</param>
/// <param name="Checks">Mean number of fine-tunes.</param>
internal sealed record RuleResult(string Name, int? TestSize, double Target, double Early, double Material, double Surplus, double Checks)
{
    private const double MaterialGap = .05;

    public static RuleResult Of(string name, int? testSize, double target, IReadOnlyList<Stop> stops) =>
        new(name, testSize, target, stops.Average(s => s.IsEarly ? 1.0 : 0), stops.Average(s => s.Y < target - MaterialGap ? 1.0 : 0),
            stops.Average(s => s.IsEarly ? 0 : s.Labels - s.Need), stops.Average(s => (double)s.Checks));
}

internal static class Rules
{
    /// <summary>The rules that measure, by name.</summary>
    public static IReadOnlyList<string> Measuring { get; } = ["B", "steady", "C", "doubling"];

    // B asks for so many standard errors above the target. Both B and steady place their checks as where a fine-tune is cheap: steps from
    // 1.25, and steady asks for .85 then.
    private const double ErrorsAbove = 1.3, SmallStep = 1.25, SteadyConfidence = .85;

    // C: the whole gap is worth so many labels.
    private const double GapValue = 5000;

    /// <summary>Stops without measuring: the paper's number, and 500 whatever the task.</summary>
    public static IEnumerable<(string Name, Stop Stop)> Unmeasured(KnownCurve curve, double share, AucPrediction signal, double kappa)
    {
        var paper = PaperFormula.LabelsNeeded(signal.Auc, share);
        var enough = new PosteriorWeights(share, signal, []).Quantile(.9) ?? LabelAxis.MaxExamples;
        yield return ("A", At(curve, share, Math.Max(kappa * paper, enough), 0));
        yield return ("paper", At(curve, share, paper, 0));
        yield return ("fixed500", At(curve, share, 500, 0));
    }

    /// <summary>Runs one of the measuring rules to its end.</summary>
    public static Stop Measure(string rule, KnownCurve curve, double share, AucPrediction signal, Noise noise, SplitMix64 random)
    {
        List<Run> runs = [];
        var weights = new PosteriorWeights(share, signal, []);
        while (true)
        {
            var last = runs.Count == 0 ? 0 : runs[^1].Examples;
            var at = rule == "doubling" ? Math.Min(last == 0 ? 50 : 2 * last, LabelAxis.MaxExamples) : weights.NextCheck(last, SmallStep);
            if (rule == "C" && last > 0 && !IsWorth(weights, last)) return At(curve, share, last, runs.Count);
            var run = curve.Test(at, noise, random);
            runs.Add(run);
            if (at >= LabelAxis.MaxExamples) return At(curve, share, at, runs.Count);
            if (IsReached(rule, runs, share, signal)) return At(curve, share, at, runs.Count);
            // of all that a forecast says the rules need where to go on
            if (rule != "doubling") weights = new PosteriorWeights(share, signal, RisingChecks.Of([.. runs.Select(r => r.Check)]));
        }
    }

    private static bool IsReached(string rule, IReadOnlyList<Run> runs, double share, AucPrediction signal)
    {
        var (_, y, error) = runs[^1];
        return rule switch
        {
            "B" => y - ErrorsAbove * error >= share,
            "doubling" => y - error >= share,
            "steady" => y >= share && PosteriorForecast.Of(share, signal, [.. runs.Select(r => r.Check)], y, band: []).Posterior.PTargetMet
                >= SteadyConfidence,
            _ => false,
        };
    }

    // Rule C: some larger number of labels brings more of the gap than it costs.
    private static bool IsWorth(PosteriorWeights weights, int labels)
    {
        double Expected(double n) => weights.ExpectedY((int)Math.Round(n));
        var now = Expected(labels);
        const int Points = 60;
        for (var i = 1; i <= Points; i++)
        {
            var n = labels * Math.Pow((double)LabelAxis.MaxExamples / labels, i / (double)Points);
            if (GapValue * (Expected(n) - now) - (n - labels) > 0) return true;
        }
        return false;
    }

    private static Stop At(KnownCurve curve, double share, double labels, int checks)
    {
        labels = Math.Min(Math.Ceiling(labels - 1e-9), LabelAxis.MaxExamples);
        return new(labels, checks, curve.Need(share)!.Value, curve.Y(labels));
    }

    /// <summary>kappa of rule A from the other tasks: the multiple of the paper's number that at most the share alpha of them exceed, with
    /// the correction of split conformal prediction.</summary>
    public static double Kappa(IReadOnlyList<(KnownCurve Curve, AucPrediction Signal)> others, double share, double alpha)
    {
        var ratios = others.Where(o => o.Curve.Need(share) is not null)
            .Select(o => o.Curve.Need(share)!.Value / PaperFormula.LabelsNeeded(o.Signal.Auc, share)).Order().ToArray();
        var place = (int)Math.Ceiling((ratios.Length + 1) * (1 - alpha)) - 1;
        return ratios.Length == 0 ? StopRule.Kappa(share, alpha) : ratios[Math.Min(place, ratios.Length - 1)];
    }
}
