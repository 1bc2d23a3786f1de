using DataEfficiency.Engine.Models;
using TorchSharp;

namespace DataEfficiency.Engine.Tests.FineTuning;

/// <summary>A tiny model with drawn sequences to train on: nothing they say means anything, but all of it can be learnt by heart.</summary>
internal sealed class TrainingWorld : IDisposable
{
    private readonly TinyModel _folder;

    public TrainingWorld(torch.ScalarType type = torch.ScalarType.Float32, long seed = 1)
    {
        _folder = new TinyModel(seed: seed);
        Session = ModelSession.Load(_folder.Folder, dtype: type);
    }

    public ModelSession Session { get; }

    public TokenSequence[] Train { get; } = Sequences(14, seed: 100);

    public TokenSequence[] Validation { get; } = Sequences(6, seed: 200);

    public static TokenSequence[] Sequences(int count, int seed)
    {
        var random = new Random(seed);
        int[] Draw(int n) => [.. Enumerable.Range(0, n).Select(_ => random.Next(3, 300))];
        return [.. Enumerable.Range(0, count)
            .Select(_ => TokenSequence.Answer(Draw(random.Next(4, 14)), Draw(random.Next(1, 4)), new HashSet<int>(), end: 2))];
    }

    public void Dispose()
    {
        Session.Dispose();
        _folder.Dispose();
    }
}
