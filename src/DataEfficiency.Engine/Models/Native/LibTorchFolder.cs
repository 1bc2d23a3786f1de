// A libtorch of the machine's own (setting Estimation:LibTorchPath) in the place of the package's:
// checked and loaded before the first TorchSharp call.
using System.Runtime.InteropServices;
using System.Text;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Models.Native;

internal static class LibTorchFolder
{
    // The libtorch that TorchSharp's native half was built against, and a later one against which it binds and passes the golden checks;
    // the C++ interface may change with every minor version.
    private const int Major = 2;
    private static readonly int[] Minors = [10, 11];
    private const string Accepted = "2.10 or 2.11";

    private const string Cpu = "libtorch_cpu.so";
    private static readonly (string Name, bool Required)[] Libraries =
        [("libc10.so", true), (Cpu, true), ("libc10_cuda.so", false), ("libtorch_cuda.so", false), ("libtorch.so", true)];

    /// <summary>Loads the folder's libraries in the order in which they need each other, then
    /// TorchSharp's native half on top of them.</summary>
    /// <param name="bridgeName">File name of that half.</param>
    /// <param name="searched">Folders in which the runtime looks for native libraries, in its order.</param>
    /// <exception cref="ModelException">A library is missing, cannot be loaded or is of another version; the
    /// message names it, cause and cure.</exception>
    public static void Preload(string folder, string bridgeName, IReadOnlyList<string> searched)
    {
        if (!OperatingSystem.IsLinux()) throw new ModelException("Estimation:LibTorchPath is for Linux only; leave it out here.");
        if (!Directory.Exists(folder))
            throw new ModelException(
                $"Estimation:LibTorchPath names {folder}, which is no folder. Name the folder that "
                + "holds libtorch.so (for PyTorch: torch/lib).");
        if (Libraries.FirstOrDefault(l => l.Required && !File.Exists(Path.Combine(folder, l.Name))).Name is { } missing)
            throw new ModelException(
                $"Estimation:LibTorchPath names {folder}, where {missing} is missing. Name a "
                + $"folder of libtorch {Accepted} libraries.");
        var bridge = searched.Select(f => Path.Combine(f, bridgeName)).FirstOrDefault(File.Exists)
            ?? throw new ModelException($"{bridgeName} is missing beside the program.");
        foreach (var path in Libraries.Select(l => Path.Combine(folder, l.Name)).Where(File.Exists))
        {
            var library = Load(
                path, error =>
                $"{path} (Estimation:LibTorchPath) cannot be loaded: {error}. It must be libtorch {Accepted} for this system.");
            if (Path.GetFileName(path) == Cpu) RequireVersion(library, path);
        }
        foreach (var name in new[] { "torch_cpu.so", "torch_cuda.so" }) TakeName(name);
        Load(bridge,
            error => $"{bridge} does not fit the libtorch in {folder} (Estimation:LibTorchPath): {error}. The libraries "
            + $"must be those of libtorch {Accepted}.");
    }

    // All symbols are bound at once, so that a library that lacks one is refused here by its name. NativeLibrary.Load binds a function at
    // its first call: what is missing would end the process in the middle of a run.
    private static nint Load(string path, Func<string, string> message)
    {
        const int now = 2;
        var bytes = Encoding.UTF8.GetBytes(path + '\0');
        // Nothing may reach the loader between the two calls, or it forgets the error: neither the runtime's look-up of
        // LastError nor that of a function which frees a string.
        _ = LastError();
        var library = Open(bytes, now);
        return library != 0 ? library : throw new ModelException(message(Marshal.PtrToStringUTF8(LastError()) ?? "no reason given"));
    }

    // A C function of libtorch 2.10 that old ones (1.13) lack: major, minor and patch version in the three highest bytes.
    private static unsafe void RequireVersion(nint library, string path)
    {
        var told =
            NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var function) ? ((delegate* unmanaged<ulong>)function)() : 0;
        if (Minors.Any(minor => told >> 48 == (ulong)(Major << 8 | minor))) return;
        var found = told == 0 ? "an older libtorch (it does not tell its version) or none"
            : $"libtorch {told >> 56}.{told >> 48 & 255}.{told >> 40 & 255}";
        throw new ModelException(
            $"{path} (Estimation:LibTorchPath) is {found}, expected {Accepted}. Name a folder of libtorch {Accepted} libraries "
            + $"(PyTorch {Accepted}'s torch/lib).");
    }

    // TorchSharp asks for "torch_cpu" and "torch_cuda" before its first call. The runtime tries torch_cpu.so, which nobody has, then
    // the package's libtorch_cpu.so by its path; a second libtorch ends the process, as both register the same operators. A library
    // of the first name lets it find that and stop.
    private static void TakeName(string name)
    {
        var folder = Directory.CreateTempSubdirectory("libtorch-").FullName;
        try
        {
            var path = Path.Combine(folder, name);
            File.WriteAllBytes(path, EmptyLibrary.Named(name));
            Load(path, error => $"{path} cannot be loaded, which Estimation:LibTorchPath needs: {error}.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [DllImport("libdl.so.2", EntryPoint = "dlopen")]
    private static extern nint Open(byte[] path, int flags);

    [DllImport("libdl.so.2", EntryPoint = "dlerror")]
    private static extern nint LastError();
}
