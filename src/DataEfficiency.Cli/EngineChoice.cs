using System.CommandLine;
using DataEfficiency.Engine;

namespace DataEfficiency.Cli;

/// <summary>The options of every verb that loads a model: where and how it computes.</summary>
/// <param name="threadsMean">What --threads sets, and its default.</param>
public sealed class EngineChoice(string threadsMean = "Threads of one tensor operation. Default: all cores.")
{
    private readonly Option<int?> threads = new("--threads") { Description = threadsMean };
    private readonly Option<string> device = new("--device")
    {
        Description = "auto, cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "auto",
    };
    private readonly Option<string> precision = new("--precision")
    {
        Description = "auto (bfloat16 on a GPU, float32 on the CPU), float32 or bfloat16.",
        DefaultValueFactory = _ => "auto",
    };
    private readonly Option<string?> libTorch = new("--libtorch")
    {
        Description = "Folder of libtorch 2.10 or 2.11 libraries (a Python install's torch/lib) in the place of the package's.",
    };

    public IEnumerable<Option> All => [threads, device, precision, libTorch];

    public EngineOptions Of(ParseResult arguments, Output output) => new()
    {
        Threads = arguments.GetValue(threads), Device = arguments.GetValue(device)!, Precision = arguments.GetValue(precision)!,
        LibTorchPath = arguments.GetValue(libTorch), Warn = output.Progress,
    };
}
