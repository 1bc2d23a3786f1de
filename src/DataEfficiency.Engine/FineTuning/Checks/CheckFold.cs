// Which labels a check trains on, looks at and scores. Scored are random ones alone: cross-validation on the least confident is .16 too
// high, and models trained on them alone are .05 too low on random ones (signals section 2).
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.FineTuning.Checks;

/// <summary>One training run of a check.</summary>
/// <param name="Train">What the steps see: x of the point counts these.</param>
/// <param name="Validation">For the looks that end a run: the request's own, or held out of the training side.</param>
/// <param name="Held">What is scored.</param>
internal sealed record CheckFold(IReadOnlyList<CheckExample> Train, IReadOnlyList<CheckExample> Validation,
    IReadOnlyList<CheckExample> Held)
{
    /// <summary>Random labels that cross-validation needs, and those from which on one split does.</summary>
    public const int LeastRandom = CosLow.Size, OneSplitFrom = 50;

    /// <summary>Labels that a check trains on, at least.</summary>
    public const int LeastLabels = 16;

    /// <summary>Where there is one split, one of so many random labels is held out.</summary>
    private const int HeldShare = 4;

    /// <summary>One of so many labels of the training side goes to the looks, within these bounds.</summary>
    private const int LookShare = 8, LeastLooked = 8, MostLooked = 64;

    /// <exception cref="CheckRefusedException">The labels are too few, or all have one answer.</exception>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    public static IReadOnlyList<CheckFold> Of(CheckRequest request)
    {
        var labels = Used(request);
        if (labels.Count < LeastLabels)
            throw new CheckRefusedException(CheckRefusal.TooFewLabels,
                $"A check trains on {LeastLabels} labels at least; there are {labels.Count}.");
        if (Strata(labels).Count() == 1)
            throw new CheckRefusedException(CheckRefusal.OneAnswer,
                $"All {labels.Count} labels have the same answer, \"{labels[0].Example.Answer}\": there is nothing to learn yet. "
                + "Label until a second answer has come up.");
        if (request.Kind == CheckKind.CrossValidated) return CrossValidated(labels, request.Seed);
        return [request.Validation is { Count: >= LeastLooked } looked ? new(labels, looked, request.Test)
            : Fold(labels, request.Test, request.Seed)];
    }

    private static IReadOnlyList<CheckExample> Used(CheckRequest request)
    {
        var all = request.Labels.Concat(request.Test).Concat(request.Validation ?? []);
        if (all.GroupBy(e => e.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Example {twice.Key} stands twice in the request: an example trains or tests, once.");
        if (request.Kind == CheckKind.CrossValidated)
            return request.Size is null && request.Test.Count == 0 && request.Validation is not { Count: > 0 } ? request.Labels
                : throw new ArgumentException(
                    "A cross-validated check has no test set, no validation set and no size: it takes all labels.");
        if (request.Test.Count == 0)
            throw new CheckRefusedException(CheckRefusal.TooFewLabels, "The test set is empty: there is nothing to be tested on.");
        var size = request.Size ?? request.Labels.Count;
        if (size > request.Labels.Count)
            throw new CheckRefusedException(CheckRefusal.TooFewLabels,
                $"The check is to train on {size:N0} labels, and there are {request.Labels.Count:N0}.");
        return [.. request.Labels.Take(size)];
    }

    private static IReadOnlyList<CheckFold> CrossValidated(IReadOnlyList<CheckExample> labels, long seed)
    {
        CheckExample[] random = [.. labels.Where(l => l.Random)];
        if (random.Length < LeastRandom)
            throw new CheckRefusedException(CheckRefusal.TooFewLabels,
                $"Cross-validation scores labels of the random order alone, {LeastRandom} at least; there are {random.Length}.");
        var (held, others) = Parted(random, random.Length / (random.Length < OneSplitFrom ? 2 : HeldShare), seed);
        return random.Length < OneSplitFrom ? [Without(held), Without(others)] : [Without(held)];

        CheckFold Without(IReadOnlyList<CheckExample> part) => Fold([.. labels.Except(part)], part, seed);
    }

    private static CheckFold Fold(IReadOnlyList<CheckExample> side, IReadOnlyList<CheckExample> held, long seed)
    {
        var (looked, train) = Parted(side, Math.Clamp(side.Count / LookShare, LeastLooked, MostLooked), seed + 1);
        return new CheckFold(train, looked, held);
    }

    // So many of all, each answer by its share: the answers stand one behind the other, and every so-manieth is taken.
    private static (IReadOnlyList<CheckExample> Taken, IReadOnlyList<CheckExample> Left) Parted(IReadOnlyList<CheckExample> all, int take,
        long seed)
    {
        var shuffled = all.ToArray();
        new SplitMix64(unchecked((ulong)seed)).Shuffle<CheckExample>(shuffled);
        var byAnswer = Strata(shuffled).SelectMany(g => g).Index()
            .ToLookup(e => (long)(e.Index + 1) * take / all.Count > (long)e.Index * take / all.Count, e => e.Item);
        return ([.. byAnswer[true]], [.. byAnswer[false]]);
    }

    private static IEnumerable<IGrouping<string, CheckExample>> Strata(IEnumerable<CheckExample> examples) =>
        examples.GroupBy(e => Example.Normalise(e.Example.Answer));
}
