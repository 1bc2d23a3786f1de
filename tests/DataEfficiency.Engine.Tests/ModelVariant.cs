// A copy of one of the small golden models, or of the miniature, in which files are changed: what other models of the same families look
// like.
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

internal sealed class ModelVariant : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("model-variant-").FullName;

    public ModelVariant(string golden)
    {
        foreach (var file in Directory.GetFiles(GoldenModel.FolderOf(golden))) File.Copy(file, At(Path.GetFileName(file)));
    }

    public string At(string file) => Path.Combine(Folder, file);

    /// <summary>Changes a JSON file; returns the variant itself.</summary>
    public ModelVariant Json(string file, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(At(file)))!.AsObject();
        change(json);
        File.WriteAllText(At(file), json.ToJsonString());
        return this;
    }

    /// <summary>Replaces the weight files by one, or by so many shards with an index, in another type.</summary>
    public ModelVariant Weights(ScalarType dtype, int shards, Action<Dictionary<string, Tensor>>? change = null)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = [];
        foreach (var path in WeightFiles.Paths(Folder))
        {
            using (var file = SafetensorsFile.Open(path))
                foreach (var name in file.Entries.Keys) tensors[name] = file.Read(name, float32);
            File.Delete(path);
        }
        File.Delete(At("model.safetensors.index.json"));
        change?.Invoke(tensors);
        var map = new JsonObject();
        foreach (var (part, i) in tensors.Chunk((tensors.Count + shards - 1) / shards).Select((part, i) => (part, i)))
        {
            var file = shards == 1 ? "model.safetensors" : $"model-{i + 1:00000}-of-{shards:00000}.safetensors";
            SafetensorsFile.Write(At(file), [.. part.Select(t => (t.Key, t.Value))], dtype);
            foreach (var (name, _) in part) map[name] = file;
        }
        if (shards > 1)
            File.WriteAllText(
            At("model.safetensors.index.json"), new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
