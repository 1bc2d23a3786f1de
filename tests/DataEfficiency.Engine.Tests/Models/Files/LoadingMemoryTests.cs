using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models.Files;

/// <summary>Loading takes the parameters in float32 and at most one tensor more. Measured as Linux counts it, mapped pages of the files
/// included: the highest resident memory of the process (VmHWM, set back before) above what it held before.</summary>
public sealed class LoadingMemoryTests : IDisposable
{
    private const long Slack = 24L << 20; // the runtime's own comings and goings
    private readonly string _folder = Directory.CreateTempSubdirectory("loading").FullName;

    [ResidentMemoryFact]
    public void Load_ShardsInBFloat16_TakesTheParametersAndOneTensorAtMost()
    {
        var config = new ModelConfig("llama", 768, 2560, 8, 8, 4, 96, 32000, 2048, 1e-5, 10000, null, false, false, 1, [2], 0);
        WriteShards(config, 4);
        Decoder? loaded = null;
        var taken = ResidentMemory.MostDuring(() => loaded = Decoder.Load(_folder));
        using var decoder = loaded!;
        long parameters =
            decoder.Parameters.Count * sizeof(float), largest = (long)config.VocabularySize * config.HiddenSize * sizeof(float);
        Assert.InRange(taken, parameters - Slack, parameters + largest + Slack);
        // A reader that held the files, or left their pages mapped, would not pass.
        Assert.True(parameters / 2 > largest + 2 * Slack);
    }

    private void WriteShards(ModelConfig config, int count)
    {
        using var decoder = Decoder.Initialise(config, 1);
        decoder.Save(_folder);
        using (var whole = SafetensorsFile.Open(Path.Combine(_folder, "model.safetensors")))
        {
            var map = new JsonObject();
            foreach (var (names, i) in whole.Entries.Keys.Chunk((whole.Entries.Count + count - 1) / count).Select((names, i) => (names, i)))
            {
                using var scope = NewDisposeScope();
                var file = $"model-{i + 1:00000}-of-{count:00000}.safetensors";
                SafetensorsFile.Write(Path.Combine(_folder, file), [.. names.Select(n => (n, whole.Read(n)))], ScalarType.BFloat16);
                foreach (var name in names) map[name] = file;
            }
            File.WriteAllText(Path.Combine(_folder, "model.safetensors.index.json"),
                new JsonObject { ["weight_map"] = map }.ToJsonString());
        }
        File.Delete(Path.Combine(_folder, "model.safetensors"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
