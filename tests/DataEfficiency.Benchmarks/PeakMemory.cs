using System.Globalization;

namespace DataEfficiency.Benchmarks;

/// <summary>The highest resident memory of this process from here on, beyond what it holds here; Linux counts it.</summary>
internal sealed class PeakMemory
{
    private readonly double _before;

    public PeakMemory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        File.WriteAllText("/proc/self/clear_refs", "5"); // VmHWM starts again from here
        _before = Status("VmRSS");
    }

    public double Megabytes => Status("VmHWM") - _before;

    private static double Status(string name) => long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024.0;
}
