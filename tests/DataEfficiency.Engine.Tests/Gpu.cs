using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

internal static class Gpu
{
    public static Device First => device("cuda:0");

    public static string? Missing => cuda.is_available() ? null
        : "libtorch finds no CUDA device: run with -p:Accelerator=cuda, or Estimation__LibTorchPath, on a machine with an NVIDIA GPU.";
}

/// <summary>A test on the first GPU. Without one it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GpuFactAttribute : FactAttribute
{
    public GpuFactAttribute() => Skip = Gpu.Missing;
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GpuTheoryAttribute : TheoryAttribute
{
    public GpuTheoryAttribute() => Skip = Gpu.Missing;
}
