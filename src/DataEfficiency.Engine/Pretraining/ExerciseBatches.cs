
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Pretraining;

/// <summary>Exercises as token sequences whose answer and end of turn count, in batches of similar length (less padding).</summary>
internal sealed class ExerciseBatches(ExerciseGenerator generator, Func<Exercise, TokenSequence> encode, int size, int contextLength,
    string seed)
{
    private const int BatchesAtOnce = 8;

    private readonly TaskRandom _random = new(seed);
    private readonly Queue<IReadOnlyList<TokenSequence>> _ready = [];

    public IReadOnlyList<TokenSequence> Next()
    {
        if (_ready.Count == 0)
        {
            var drawn =
                Enumerable.Range(0, size * BatchesAtOnce).Select(_ => encode(generator.Next())).Where(s => s.Ids.Length <= contextLength);
            var batches = drawn.OrderBy(s => s.Ids.Length).Chunk(size).ToList();
            foreach (var batch in _random.Sample(batches, batches.Count)) _ready.Enqueue(batch);
        }
        return _ready.Dequeue();
    }
}
