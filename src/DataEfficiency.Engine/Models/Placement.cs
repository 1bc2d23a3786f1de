// Where and in which type a model computes, from the words of the options: one rule for estimates, calibration and checks.
using System.Globalization;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

internal static class Placement
{
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    /// <param name="precision">auto, float32 or bfloat16.</param>
    /// <param name="slow">bfloat16 on the CPU is allowed.</param>
    /// <exception cref="ModelException">The device is not there, or the precision is no use on it.</exception>
    public static (Device Device, ScalarType Type) Of(string device, string precision, bool slow)
    {
        var found = DeviceOf(device);
        return (found, TypeOf(precision, found, slow));
    }

    private static Device DeviceOf(string name)
    {
        if (name == "cpu" || (name == "auto" && !cuda.is_available())) return CPU;
        if (!cuda.is_available())
            throw new ModelException(ModelFault.Device,
                $"Device {name} was asked for, but libtorch finds no CUDA device. Build with -p:Accelerator=cuda on a "
                + "machine with an NVIDIA GPU or set Estimation:LibTorchPath, or use cpu.");
        var index = name.Length > 5 ? int.Parse(name.AsSpan(5), CultureInfo.InvariantCulture) : 0;
        if (index >= cuda.device_count())
            throw new ModelException(ModelFault.Device,
                $"Device {name} was asked for, but there are {cuda.device_count()} CUDA devices: cuda:0 to "
                + $"cuda:{cuda.device_count() - 1}.");
        return device($"cuda:{index}");
    }

    private static ScalarType TypeOf(string precision, Device device, bool slow) => precision switch
    {
        "auto" => device.type == DeviceType.CUDA ? ScalarType.BFloat16 : ScalarType.Float32,
        "float32" => ScalarType.Float32,
        "bfloat16" when device.type == DeviceType.CUDA || slow => ScalarType.BFloat16,
        _ => throw new ModelException(
            "Precision bfloat16 is for GPUs: on a CPU it is many times slower than float32. Use auto or float32."),
    };

    /// <summary>The type as options and files spell it.</summary>
    public static string Spelled(ScalarType type) => type == ScalarType.Float32 ? "float32" : "bfloat16";
}
