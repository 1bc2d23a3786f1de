using System.Runtime.InteropServices;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Models;

/// <summary>Runs a batch; where the device's memory does not suffice, its halves one after the other.</summary>
/// <param name="what">Names model and device in messages.</param>
/// <param name="warn">Told of each halving.</param>
internal sealed class Halving(string what, Action<string>? warn)
{
    /// <param name="length">Tokens of an item.</param>
    /// <exception cref="ModelException">One item alone does not fit.</exception>
    public void Run<T>(IReadOnlyList<T> batch, Func<T, int> length, Action<IReadOnlyList<T>> run)
    {
        try
        {
            run(batch);
        }
        catch (ExternalException full) when (IsOutOfMemory(full))
        {
            if (batch.Count == 1) throw new ModelException(TooLong(length(batch[0]), full), full);
            warn?.Invoke($"{what}: {batch.Count} sequences of up to {batch.Max(length)} tokens do not fit into memory ({Reason(full)}). "
                + "Going on with half as many.");
            Run([.. batch.Take(batch.Count / 2)], length, run);
            Run([.. batch.Skip(batch.Count / 2)], length, run);
        }
    }

    /// <summary>What is said of an item that alone does not fit.</summary>
    public string TooLong(int tokens, ExternalException full) =>
        $"{what}: one sequence of {tokens} tokens does not fit into memory ({Reason(full)}). "
        + "Use shorter texts, a smaller model, or a device with more memory.";

    private static string Reason(ExternalException full) => full.Message.Split('\n')[0];

    // libtorch's words: "CUDA out of memory. Tried to allocate ..." and "DefaultCPUAllocator: can't allocate memory: you tried to allocate
    // ...".
    public static bool IsOutOfMemory(ExternalException e) =>
        e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || e.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);
}
