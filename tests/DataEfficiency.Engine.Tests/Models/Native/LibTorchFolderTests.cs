using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models.Native;
using DataEfficiency.Engine.Tests.Cli;

namespace DataEfficiency.Engine.Tests.Models.Native;

/// <summary>Runs where the package's libtorch for Linux x64 lies beside the tests.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PackagedLibTorchFactAttribute : FactAttribute
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    public PackagedLibTorchFactAttribute() =>
        Skip = File.Exists(Path.Combine(Folder, "libtorch_cpu.so")) ? null : $"There is no libtorch for Linux x64 in {Folder}.";
}

/// <summary>The package's libtorch copied into a folder of its own, as a PyTorch install has
/// it: other files with the same content.</summary>
public sealed class LibTorchCopy : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("libtorch-copy-").FullName;

    public LibTorchCopy()
    {
        if (!File.Exists(Path.Combine(PackagedLibTorchFactAttribute.Folder, "libtorch_cpu.so"))) return;
        foreach (var file in Directory.GetFiles(PackagedLibTorchFactAttribute.Folder))
            if (Path.GetFileName(file) is "libc10.so" or "libtorch_cpu.so" or "libtorch.so"
                || Path.GetFileName(file).StartsWith("libgomp", StringComparison.Ordinal))
                File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Estimation:LibTorchPath, each time in a process of its own: what was loaded cannot be taken back, and
/// what does not fit may end the process.</summary>
public sealed class LibTorchFolderTests : IClassFixture<LibTorchCopy>, IDisposable
{
    private readonly LibTorchCopy _copy;
    private readonly string _folder = Directory.CreateTempSubdirectory("libtorch-tests-").FullName;
    private readonly string[] _estimate;

    public LibTorchFolderTests(LibTorchCopy copy)
    {
        _copy = copy;
        var labelled = Path.Combine(_folder, "labelled.json");
        File.WriteAllText(labelled, """
            [{"text": "red", "ground_truth": "colour"}, {"text": "seven", "ground_truth": "number"},
             {"text": "nine", "ground_truth": "number"}]
            """);
        _estimate = ["estimate", "--model", Path.Combine(AppContext.BaseDirectory, ModelFolder.Bundled), "--labeled", labelled,
            "--instruction", "What is it?", "--threads", "1", "--json"];
    }

    private (int Code, string Out, string Error) Run(string libTorch)
    {
        // The host that runs this process, three folders above its runtime.
        var host = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet");
        var start = new ProcessStartInfo(
            host, [Path.Combine(AppContext.BaseDirectory, "DataEfficiency.Cli.dll"), .. _estimate, "--libtorch", libTorch]) {
            RedirectStandardOutput = true, RedirectStandardError = true };
        // The loader's own record of the libraries that it started.
        (start.Environment["LD_DEBUG"], start.Environment["LD_DEBUG_OUTPUT"]) = ("files", Path.Combine(_folder, "loader"));
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private void IsRefused(string libTorch, params string[] said)
    {
        var (code, output, error) = Run(libTorch);
        Assert.True((code, output) == (2, ""), $"exit {code}: {error}");
        Assert.All(said, part => Assert.Contains(part, error));
    }

    private string Linked(string without)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName;
        foreach (var file in Directory.GetFiles(_copy.Folder).Where(f => Path.GetFileName(f) != without))
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(file)), file);
        return folder;
    }

    [PackagedLibTorchFact]
    public void Preload_AnotherCopyOfLibTorch_IsTheOnlyOneLoadedAndEstimatesTheSame()
    {
        var expected = CommandLineTests.Json(_estimate[..^1]).GetProperty("cosLow").GetDouble();
        var (code, output, error) = Run(_copy.Folder);
        Assert.True(code == 0, $"exit {code}: {error}");
        GoldenModel.Near(expected, JsonDocument.Parse(output).RootElement.GetProperty("cosLow").GetDouble(), 1e-6, "CoS-Low");
        var started = File.ReadLines(Directory.GetFiles(_folder, "loader.*").Single()).Where(l => l.Contains("calling init: "))
            .Select(l => l[(l.IndexOf("init: ", StringComparison.Ordinal) + 6)..]);
        Assert.Equal(Path.Combine(_copy.Folder, "libtorch_cpu.so"), started.Single(l => Path.GetFileName(l) == "libtorch_cpu.so"));
    }

    [PackagedLibTorchFact]
    public void Preload_NoFolderOrALibraryMissing_SaysWhich()
    {
        IsRefused(Path.Combine(_folder, "nowhere"), "nowhere, which is no folder", "torch/lib");
        IsRefused(Linked(without: "libtorch.so"), "libtorch.so is missing", "libtorch 2.10");
    }

    [PackagedLibTorchFact]
    public void Preload_AFileThatIsNoLibrary_SaysWhichAndWhy()
    {
        var folder = Linked(without: "libtorch_cpu.so");
        File.WriteAllText(Path.Combine(folder, "libtorch_cpu.so"), new string('x', 5000));
        IsRefused(folder, "libtorch_cpu.so (Estimation:LibTorchPath) cannot be loaded", "invalid ELF header", "must be libtorch 2.10");
    }

    [PackagedLibTorchFact]
    public void Preload_AnotherLibraryOfThatName_IsRefused()
    {
        var folder = Linked(without: "libtorch_cpu.so");
        File.WriteAllBytes(Path.Combine(folder, "libtorch_cpu.so"), EmptyLibrary.Named("libtorch_cpu.so"));
        IsRefused(folder, "libtorch_cpu.so (Estimation:LibTorchPath) is an older libtorch", "or none, expected 2.10");
    }

    [PackagedLibTorchFact]
    public void Preload_LibTorchOfAnotherVersion_NamesBoth()
    {
        // The function that tells the version returns a constant: mov rax, 2.10.0; ret.
        byte[] told = [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 10, 2, 0xc3];
        Changed(told, 8, 13, () => IsRefused(_copy.Folder, "is libtorch 2.13.0, expected 2.10", "PyTorch 2.10 or 2.11's torch/lib"));
    }

    // Bound at its first call, as the runtime does it, this function would be missed in the middle of a run.
    [PackagedLibTorchFact]
    public void Preload_LibTorchThatLacksAFunction_NamesIt()
    {
        var name = "_ZN2at23set_num_interop_threadsEi";
        Changed([0, .. Encoding.ASCII.GetBytes(name), 0], 1, (byte)'X',
            () => IsRefused(_copy.Folder, $"does not fit the libtorch in {_copy.Folder}", $"undefined symbol: {name}"));
    }

    // Runs with one byte changed wherever these bytes stand in libtorch_cpu.so, and changes it back.
    private void Changed(byte[] pattern, int at, byte value, Action run)
    {
        using var file = File.OpenHandle(Path.Combine(_copy.Folder, "libtorch_cpu.so"), FileMode.Open, FileAccess.ReadWrite);
        List<long> places = [];
        var buffer = new byte[1 << 20];
        for (long offset = 0; offset < RandomAccess.GetLength(file); offset += buffer.Length - pattern.Length + 1)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            for (var from = 0; buffer.AsSpan(from, read - from).IndexOf(pattern) is >= 0 and var found; from += found + 1)
                places.Add(offset + from + found + at);
        }
        Assert.InRange(places.Count, 1, 2); // a name may stand in the table for debuggers too
        foreach (var place in places) RandomAccess.Write(file, [value], place);
        try
        {
            run();
        }
        finally
        {
            foreach (var place in places) RandomAccess.Write(file, [pattern[at]], place);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
