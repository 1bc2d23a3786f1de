using System.Runtime.InteropServices;

namespace DataEfficiency.Engine.Tests;

/// <summary>Memory that is free but still the process's: the garbage of tests before, and what the C library keeps for the next tensor.</summary>
internal static class FreeMemory
{
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

    [DllImport("libc")]
    private static extern int malloc_trim(nuint keep);
}
