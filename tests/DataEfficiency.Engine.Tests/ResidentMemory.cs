// The process's memory as Linux counts it, mapped pages of files included.
using System.Runtime.InteropServices;
using Xunit;

namespace DataEfficiency.Engine.Tests;

/// <summary>What the process holds, and the most that it has held since it was set back.</summary>
internal static class ResidentMemory
{
    /// <summary>Why a test that counts memory cannot run here; null where it can.</summary>
    public static string? Missing { get; } = TryReset()
        ? null : "This system does not let a process set back its highest resident memory (/proc/self/clear_refs).";

    public static long Now => Read("VmRSS");

    public static long Highest => Read("VmHWM");

    /// <summary>Bytes beyond those held before that the process held at most while something ran.</summary>
    public static long MostDuring(Action action)
    {
        var before = Begin();
        action();
        return Highest - before;
    }

    /// <summary>As <see cref="MostDuring"/>, for what is waited for.</summary>
    public static async Task<long> MostDuringAsync(Func<Task> action)
    {
        var before = Begin();
        await action();
        return Highest - before;
    }

    private static long Begin()
    {
        // What was left free but resident would be taken again and not counted.
        GiveBack();
        Assert.True(TryReset());
        return Now;
    }

    /// <summary>Lets go of what is free but still the process's: the garbage of tests before, and what the C library keeps for the next
    /// tensor.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        try
        {
            malloc_trim(0);
        }
        catch (Exception absent) when (absent is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than glibc: its free() gives large blocks back itself.
        }
    }

    private static bool TryReset()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception unavailable) when (unavailable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long Read(string name)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    [DllImport("libc")]
    private static extern int malloc_trim(nuint keep);
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class ResidentMemoryFactAttribute : FactAttribute
{
    public ResidentMemoryFactAttribute() => Skip = ResidentMemory.Missing;
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class ResidentMemoryTheoryAttribute : TheoryAttribute
{
    public ResidentMemoryTheoryAttribute() => Skip = ResidentMemory.Missing;
}
