// How much memory there is. TorchSharp does not say it of a GPU, .NET says it of the system as of its last garbage collection only.
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>Bytes that can be had now.</summary>
internal static class AvailableMemory
{
    // Not so many that libtorch refuses for the number's sake alone (2^60).
    private const long MoreThanAnyDevice = 1L << 50;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int MemoryInfo(out nuint free, out nuint total);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int GetDevice(out int device);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetDevice(int device);

    /// <summary>Of the system, a container's limit counted.</summary>
    public static long OfTheSystem()
    {
        if (Meminfo("/proc/meminfo") is not { } free)
        {
            var memory = GC.GetGCMemoryInfo();
            return Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        }
        // A limit of the control group, where there is one: file pages that the kernel would drop are not taken.
        if (Number("/sys/fs/cgroup/memory.max") is not { } limit || Number("/sys/fs/cgroup/memory.current") is not { } taken) return free;
        return Math.Min(free, Math.Max(0, limit - taken + (Field("/sys/fs/cgroup/memory.stat", "inactive_file ") ?? 0)));
    }

    /// <summary>Of a CUDA device, as the CUDA runtime that libtorch loaded says it; null where it cannot be asked.</summary>
    public static long? OfTheDevice(Device device)
    {
        if (device.type != DeviceType.CUDA || RuntimeLibrary() is not { } path) return null;
        return WithoutTheCache(bytes => empty(bytes, dtype: ScalarType.Byte, device: device).Dispose(), () => Free(path, device));
    }

    /// <summary>What is free once libtorch has given back the blocks that it keeps unused: the runtime counts them as taken. TorchSharp
    /// cannot ask for that, but libtorch does it before it refuses.</summary>
    /// <param name="take">Takes so many bytes of the device.</param>
    internal static long? WithoutTheCache(Action<long> take, Func<long?> free)
    {
        try
        {
            take(MoreThanAnyDevice);
        }
        catch (ExternalException refused) when (Halving.IsOutOfMemory(refused))
        {
        }
        return free();
    }

    private static long? Free(string path, Device device)
    {
        if (!NativeLibrary.TryLoad(path, out var runtime)) return null;
        T? Function<T>(string name) where T : Delegate =>
            NativeLibrary.TryGetExport(runtime, name, out var address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;
        if (Function<GetDevice>("cudaGetDevice") is not { } get || Function<SetDevice>("cudaSetDevice") is not { } set
            || Function<MemoryInfo>("cudaMemGetInfo") is not { } info || get(out var before) != 0) return null;
        if (set(Math.Max(0, device.index)) != 0) return null;
        var failed = info(out var free, out _);
        return set(before) == 0 && failed == 0 ? checked((long)free) : null;
    }

    // The one that is in use already: another version beside it would not know libtorch's memory.
    private static string? RuntimeLibrary() => !File.Exists("/proc/self/maps") ? null : File.ReadLines("/proc/self/maps")
        .Select(line => line.IndexOf('/') is var at and >= 0 ? line[at..] : "")
        .FirstOrDefault(path => Path.GetFileName(path).StartsWith("libcudart", StringComparison.Ordinal));

    internal static long? Meminfo(string path) => Field(path, "MemAvailable:") * 1024;

    private static long? Number(string path) => Field(path, "");

    // The first number behind the words that a line begins with; null where there is none.
    private static long? Field(string path, string words)
    {
        try
        {
            var found = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(words, StringComparison.Ordinal));
            var digits = found?[words.Length..].Trim().Split(' ')[0];
            return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
