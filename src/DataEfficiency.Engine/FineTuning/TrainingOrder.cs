// Which examples a step trains on: seeded, and a function of the step's number alone, so that a run can go on anywhere.
using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>Every epoch shuffles all examples anew and cuts them into batches; the last may be smaller.</summary>
internal sealed class TrainingOrder(IReadOnlyList<TokenSequence> train, int batchSize, long seed)
{
    private readonly int _batches = (train.Count + batchSize - 1) / batchSize;
    private (int Epoch, IReadOnlyList<TokenSequence> Order) _current = (-1, []);

    /// <summary>The batch of step <paramref name="step"/>, counted from 1.</summary>
    public IReadOnlyList<TokenSequence> At(int step)
    {
        var (epoch, batch) = Math.DivRem(step - 1, _batches);
        if (_current.Epoch != epoch) _current = (epoch, Shuffled(train, seed + epoch));
        return [.. _current.Order.Skip(batch * batchSize).Take(batchSize)];
    }

    /// <summary>Examples in one seeded order: the first n are the subset of size n, so that smaller subsets lie inside larger
    /// ones.</summary>
    public static IReadOnlyList<T> Shuffled<T>(IReadOnlyList<T> examples, long seed)
    {
        var order = examples.ToArray();
        new Random(unchecked((int)(seed ^ (seed >> 32)))).Shuffle(order);
        return order;
    }
}
