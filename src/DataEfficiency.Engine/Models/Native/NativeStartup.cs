// Makes libtorch loadable before the first TorchSharp call. Every way into the tensor part passes through Ensure().
using System.Runtime.InteropServices;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Models.Native;

/// <summary>Start-up of the native libraries: patches libLibTorchSharp.so on an older Linux, or
/// preloads a libtorch of the machine's own.</summary>
internal static class NativeStartup
{
    private const string FileName = "libLibTorchSharp.so";
    private static readonly Lock Gate = new();
    private static bool _done;
    private static string? _libTorchPath;
    private static ModelException? _failed;

    /// <summary>Idempotent and safe under threads and processes that start at once.</summary>
    /// <param name="libTorchPath">Setting Estimation:LibTorchPath: a folder of libtorch libraries (a Python install's torch/lib) of
    /// libtorch 2.10 or 2.11; null: those of the package.</param>
    /// <exception cref="ModelException">The library cannot be made loadable, or another one is in use;
    /// the message names cause and cure.</exception>
    public static void Ensure(string? libTorchPath = null)
    {
        lock (Gate)
        {
            if (_done)
            {
                if (!string.IsNullOrEmpty(libTorchPath) && libTorchPath != _libTorchPath)
                    throw new ModelException(
                        $"Estimation:LibTorchPath names {libTorchPath}, but this process already uses "
                        + $"{(_libTorchPath is null ? "the package's libtorch" : _libTorchPath)}.");
                return;
            }
            // What was loaded stays in the process: on top of a part of one libtorch no other can run.
            if (_failed is { } failed) throw new ModelException(failed.Message, failed);
            SpinBriefly();
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && !SystemHasTheSymbol())
                foreach (var folder in SearchFolders())
                    if (File.Exists(Path.Combine(folder, FileName))) { PatchFile(Path.Combine(folder, FileName)); break; }
            if (!string.IsNullOrEmpty(libTorchPath)) Preload(libTorchPath);
            _done = true;
        }
    }

    private static void Preload(string libTorchPath)
    {
        try
        {
            LibTorchFolder.Preload(libTorchPath, FileName, [.. SearchFolders()]);
            _libTorchPath = libTorchPath;
        }
        catch (Exception failed)
        {
            _failed = failed as ModelException ?? new ModelException($"Estimation:LibTorchPath {libTorchPath}: {failed.Message}", failed);
            throw _failed;
        }
    }

    /// <summary>Replaces the file by a patched one: a new file beside it, then a rename over it. The old file's bytes are
    /// never written to, because build outputs may be hard links into the package cache; the rename makes every reader see
    /// either the old or the new file whole.</summary>
    public static PatchOutcome PatchFile(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            if (LibTorchSharpPatch.Apply(bytes) == PatchOutcome.NotNeeded) return PatchOutcome.NotNeeded;
        }
        catch (InvalidDataException unknown)
        {
            throw new ModelException(
                $"{path} needs a libstdc++ with {LibTorchSharpPatch.NewVersion} (GCC 13), which this system lacks, "
                + $"and cannot be adapted: {unknown.Message}. " +
                "It was left as it is. Use a system with libstdc++ 6.0.32 or newer (Debian 13, Ubuntu 24.04), or TorchSharp 0.107.0.",
                    unknown);
        }
        if (InsidePackageCache(path))
            throw new ModelException(
                $"{path} needs a newer libstdc++ and lies in the NuGet package cache, which is never changed. Build or publish the "
                + "program so that the library lies beside it.");
        var fresh = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.new";
        try
        {
            File.WriteAllBytes(fresh, bytes);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(fresh, File.GetUnixFileMode(path) | UnixFileMode.UserWrite);
            // Same time and size: an incremental build sees an up-to-date file and leaves the patched one in place.
            File.SetLastWriteTimeUtc(fresh, File.GetLastWriteTimeUtc(path));
            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                $"{path} must be adapted to this system's older libstdc++, but its folder cannot be written to: {denied.Message} " +
                "Start the program once as a user who may write there, or use a system with libstdc++ 6.0.32 or newer.", denied);
        }
        finally
        {
            if (File.Exists(fresh)) File.Delete(fresh);
        }
        return PatchOutcome.Patched;
    }

    // libtorch's threads (GNU OpenMP) wait for each other by spinning. Where other processes or the web server want the same cores, that
    // makes training four times slower (measured on two busy cores: 957 against 3,700 tokens/s); a short spin costs nothing on idle ones.
    // The library reads its settings from the C environment when it is loaded, which .NET's own copy of the environment does not reach.
    private static void SpinBriefly()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null) return;
        _ = SetEnvironment("GOMP_SPINCOUNT", "1000", 0);
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi)]
    private static extern int SetEnvironment(string name, string value, int overwrite);

    private static bool SystemHasTheSymbol()
    {
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out var handle))
            throw new ModelException(
                "libstdc++.so.6 is not installed, and libtorch needs it. Install it (Debian and Ubuntu: apt install libstdc++6).");
        return NativeLibrary.TryGetExport(handle, LibTorchSharpPatch.Symbol, out _);
    }

    // Where the runtime looks for a P/Invoke library, in its own order.
    private static IEnumerable<string> SearchFolders()
    {
        yield return AppContext.BaseDirectory;
        var listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) yield return folder;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
    }

    // In the cache the file lies in PACKAGE/VERSION/runtimes/RID/native, and PACKAGE.nuspec in PACKAGE/VERSION.
    private static bool InsidePackageCache(string path)
    {
        var version = new FileInfo(path).Directory?.Parent?.Parent?.Parent;
        return version is { Exists: true } && version.EnumerateFiles("*.nuspec").Any();
    }
}
