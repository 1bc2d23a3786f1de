// How much memory a device still has, asked before something large is begun.
using TorchSharp;

namespace DataEfficiency.Engine.Models;

internal static class FreeMemory
{
    private const string MemoryInfo = "/proc/meminfo";

    /// <summary>Bytes free on the device; null where that cannot be known.</summary>
    public static long? On(torch.Device device)
    {
        if (device.type != DeviceType.CPU) return null;
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        return Math.Max(0, Available() is { } available ? Math.Min(available, limit) : limit);
    }

    private static long? Available()
    {
        if (!File.Exists(MemoryInfo)) return null;
        var line = File.ReadLines(MemoryInfo).FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..] && long.TryParse(kibibytes, out var n)
            ? n << 10 : null;
    }
}
