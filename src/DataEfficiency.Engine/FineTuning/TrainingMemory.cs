// What a run needs beside the loaded model, known before it starts: a full run that cannot fit is refused, not begun.
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using TorchSharp;

namespace DataEfficiency.Engine.FineTuning;

internal static class TrainingMemory
{
    /// <summary>Bytes that a run with all weights trained keeps beside the loaded model: its own copy of the weights and the best of them
    /// so far in the model's type; in float32 the moments, the gradient, the denominator of the optimiser's step and, where that type is
    /// not float32, the master weights. Activations are not in it.</summary>
    public static long Full(long values, torch.ScalarType type)
    {
        var width = type == torch.ScalarType.Float32 ? 4 : 2;
        return values * (2 * width + 2 * 4 + 4 + 4 + (width == 4 ? 0 : 4));
    }

    /// <param name="free">Bytes free on the model's device; null: as measured, and not asked for where that cannot be measured.</param>
    /// <exception cref="ModelException">Full training does not fit; the message says by how much, and names LoRA.</exception>
    public static void Require(Decoder decoder, Recipe recipe, long? free = null)
    {
        if (recipe.Trained != Trained.Full || (free ?? Available(decoder.Device)) is not { } room) return;
        var need = Full(decoder.Parameters.Flat.numel(), decoder.Dtype);
        if (need <= room) return;
        throw new ModelException(ModelFault.Memory,
            $"Full training of this model ({decoder.Config.ModelType}, {decoder.Parameters.Count:N0} parameters) "
            + $"needs {Size(need)} of memory beside the loaded model (its own weights, the best of them, master weights, moments and "
            + $"gradient), and {decoder.Device} has {Size(room)} free. Train a LoRA adapter instead, or "
            + "take a smaller model or a device with more memory.");
    }

    private static long? Available(torch.Device device) =>
        device.type == DeviceType.CPU ? AvailableMemory.OfTheSystem() : AvailableMemory.OfTheDevice(device);

    private static string Size(long bytes) => $"{bytes / 1e9:0.0} GB";
}
