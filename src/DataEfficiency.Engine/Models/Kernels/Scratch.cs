// What the threads of a pass need for one unit of work each. It belongs to the pass: a thread of the pool, which serves the web before and
// after, keeps nothing of it.
using TorchSharp;

namespace DataEfficiency.Engine.Models.Kernels;

/// <summary>Memory that working threads borrow for the length of a loop.</summary>
internal sealed class Scratch
{
    private readonly Stack<float[]> _free = new();

    /// <summary>Bytes at rest, between two loops.</summary>
    public long Bytes
    {
        get
        {
            lock (_free) return _free.Sum(f => (long)f.Length * sizeof(float));
        }
    }

    /// <summary>Does units of work on as many threads as a product may use, each with so many floats of its own.</summary>
    public void Share(int units, long floats, Action<int, float[]> unit)
    {
        var threads = new ParallelOptions { MaxDegreeOfParallelism = torch.get_num_threads() };
        Parallel.For(0, units, threads, () => Borrow(checked((int)floats)), (i, _, memory) =>
        {
            unit(i, memory);
            return memory;
        }, GiveBack);
    }

    private float[] Borrow(int floats)
    {
        lock (_free)
            if (_free.TryPop(out var free) && free.Length >= floats) return free;
        return GC.AllocateUninitializedArray<float>(floats);
    }

    private void GiveBack(float[] memory)
    {
        lock (_free) _free.Push(memory);
    }

    public void Clear()
    {
        lock (_free) _free.Clear();
    }
}
