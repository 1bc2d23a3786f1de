using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Engine.Models.Native;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Models.Native;

/// <summary>Runs where the package's Linux library is at hand in its unpatched form (the package cache keeps it).</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PackagedLibraryFactAttribute : FactAttribute
{
    public static string? Path { get; } = Find();

    public PackagedLibraryFactAttribute() =>
        Skip = !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 ? "Only Linux x64 needs the patch."
            : Path is null ? "The package cache holds no libLibTorchSharp.so." : null;

    private static string? Find()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var file = System.IO.Path.Combine(cache, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        return File.Exists(file) ? file : null;
    }
}

public sealed class NativeStartupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("native").FullName;

    private string At(string name) => Path.Combine(_folder, name);

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    [PackagedLibraryFact]
    public void PatchFile_LinkedToTheCachedFile_LeavesTheCacheAloneAndThePatchedFileLoads()
    {
        var cached = PackagedLibraryFactAttribute.Path!;
        var before = Hash(cached);
        var linked = At("libLibTorchSharp.so");
        // A hard link where the file systems allow it, as builds make it; else a symbolic one, which is replaced all the same.
        if (Link(cached, linked) != 0) File.Copy(cached, linked);

        Assert.Equal(PatchOutcome.Patched, NativeStartup.PatchFile(linked));

        Assert.Equal(before, Hash(cached));
        Assert.NotEqual(before, Hash(linked));
        Assert.Equal(File.GetLastWriteTimeUtc(cached), File.GetLastWriteTimeUtc(linked));
        Assert.Equal([linked], Directory.GetFiles(_folder));
        Assert.Equal(PatchOutcome.NotNeeded, NativeStartup.PatchFile(linked));
        // With libtorch itself loaded the patched copy finds it by name.
        using var loaded = TorchSharp.torch.zeros(1);
        Assert.True(NativeLibrary.TryLoad(linked, out _), "the patched library does not load");
    }

    [PackagedLibraryFact]
    public void PatchFile_ManyAtOnce_AllSeeAWholeFile()
    {
        var file = At("libLibTorchSharp.so");
        File.Copy(PackagedLibraryFactAttribute.Path!, file);
        var outcomes = new PatchOutcome[8];
        Parallel.For(0, outcomes.Length, i => outcomes[i] = NativeStartup.PatchFile(file));
        Assert.Contains(PatchOutcome.Patched, outcomes);
        Assert.Equal(PatchOutcome.NotNeeded, NativeStartup.PatchFile(file));
        Assert.Equal([file], Directory.GetFiles(_folder));
    }

    [PackagedLibraryFact]
    public void PatchFile_InThePackageCache_IsRefused()
    {
        var error = Assert.Throws<ModelException>(() => NativeStartup.PatchFile(PackagedLibraryFactAttribute.Path!));
        Assert.Contains("package cache", error.Message);
    }

    [PackagedLibraryFact]
    public void PatchFile_AnotherSymbolOfTheNewVersion_LeavesTheFileAloneAndSaysWhy()
    {
        var file = At("libLibTorchSharp.so");
        var bytes = File.ReadAllBytes(PackagedLibraryFactAttribute.Path!);
        var name = Encoding.ASCII.GetBytes(LibTorchSharpPatch.Symbol);
        bytes[bytes.AsSpan().IndexOf(name) + 5] = (byte)'X';
        File.WriteAllBytes(file, bytes);
        var before = Hash(file);
        var error = Assert.Throws<ModelException>(() => NativeStartup.PatchFile(file));
        Assert.Contains(file, error.Message);
        Assert.Contains(LibTorchSharpPatch.NewVersion, error.Message);
        Assert.Contains("libstdc++ 6.0.32 or newer", error.Message);
        Assert.Equal(before, Hash(file));
    }

    [Fact]
    public void PatchFile_NoElfFile_LeavesTheFileAloneAndSaysWhy()
    {
        var file = At("libLibTorchSharp.so");
        File.WriteAllText(file, "no library at all, but long enough to be mistaken for the header of one by a careless reader");
        var error = Assert.Throws<ModelException>(() => NativeStartup.PatchFile(file));
        Assert.Contains("no little-endian 64-bit ELF file", error.Message);
    }

    [PackagedLibraryFact]
    public void Apply_TruncatedFile_IsRefusedWithoutAChange()
    {
        var whole = File.ReadAllBytes(PackagedLibraryFactAttribute.Path!);
        foreach (var length in new[] { 0, 63, 64, 5000, 300_000, whole.Length - 1 })
        {
            var bytes = whole.AsSpan(0, length).ToArray();
            Assert.Throws<InvalidDataException>(() => LibTorchSharpPatch.Apply(bytes));
            Assert.True(bytes.AsSpan().SequenceEqual(whole.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Ensure_AnotherLibTorchThanTheOneInUse_IsRefused() =>
        Assert.Contains("already uses the package's libtorch", Assert.Throws<ModelException>(() => NativeStartup.Ensure(_folder)).Message);

    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi)]
    private static extern int Link(string from, string to);

    public void Dispose() => Directory.Delete(_folder, true);
}
