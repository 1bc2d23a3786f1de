// From a project's labels to the probe's score: which of them count, what they are judged by, and when nothing can be said (signals
// section 1).
namespace DataEfficiency.Engine.Forecasting;

internal static class LabelProbe
{
    // Free answers with more different ones than this share of the labels tell nothing apart.
    private const int LabelsPerAnswer = 4;

    /// <summary>The probe of so many labels. From 16 random labels on all are trained on and the random ones judged; before that the least
    /// confident ones stand alone.</summary>
    /// <param name="answerSet">How many answers there are; null: free ones.</param>
    /// <param name="read">Hidden states of texts, null where there is none (yet), and how many wait.</param>
    public static ProbeReading Of(IReadOnlyList<LabelledExample> labels, int? answerSet,
        Func<IReadOnlyList<string>, (IReadOnlyList<float[]?> States, int Waiting)> read)
    {
        var random = labels.Count(l => l.Origin == LabelOrigin.Random);
        var signal = random >= Probe.Fewest ? AreaSignal.Probe : AreaSignal.ProbeOfLow;
        var used = Used(labels, signal);
        var (states, waiting) = read([.. used.Select(l => l.Example.Text)]);
        int[] known = [.. Enumerable.Range(0, used.Count).Where(i => states[i] is not null)];
        var counted = known.Count(i => Counts(used[i], signal));
        ProbeReading Without(ProbeGap gap) => new(signal, counted, null, gap, waiting);
        if (counted < Probe.Fewest) return Without(waiting > 0 ? ProbeGap.Waiting : ProbeGap.FewLabels);
        string[] answers = [.. known.Select(i => used[i].Example.Answer)];
        var seen = answers.Distinct().Count();
        if (seen < 2) return Without(ProbeGap.OneAnswer);
        if (answerSet is null && seen > answers.Length / (double)LabelsPerAnswer) return Without(ProbeGap.ManyAnswers);
        var score = Probe.Of([.. known.Select(i => states[i]!)], answers, Math.Max(seen, answerSet ?? 0),
            [.. known.Select(i => Counts(used[i], signal))]);
        return new(signal, counted, score with { ZeroShot = ZeroShot([.. known.Select(i => used[i]).Where(l => Counts(l, signal))]) }, null,
            waiting);
    }

    // An item that came after the ranking has no answer of the model yet.
    private static double? ZeroShot(IReadOnlyList<LabelledExample> counted)
    {
        LabelledExample[] known = [.. counted.Where(l => l.ModelAnswer is not null)];
        return known.Length < Probe.Fewest ? null : known.Count(l => l.Example.IsAnsweredBy(l.ModelAnswer!)) / (double)known.Length;
    }

    private static bool Counts(LabelledExample label, AreaSignal signal) =>
        signal == AreaSignal.ProbeOfLow || label.Origin == LabelOrigin.Random;

    // Of too many the latest random ones stay, and what room is left is the others'.
    private static IReadOnlyList<LabelledExample> Used(IReadOnlyList<LabelledExample> labels, AreaSignal signal)
    {
        if (signal == AreaSignal.ProbeOfLow) return [.. labels.Where(l => l.Origin == LabelOrigin.LeastConfident)];
        if (labels.Count <= Probe.Most) return labels;
        var random = labels.Where(l => l.Origin == LabelOrigin.Random).TakeLast(Probe.Most).ToArray();
        var others = labels.Where(l => l.Origin != LabelOrigin.Random).TakeLast(Probe.Most - random.Length);
        return [.. others, .. random];
    }
}
