// A copy of one of the small golden models in which files are changed: what other models of the same families look like.
using System.Text.Json.Nodes;

namespace DataEfficiency.Engine.Tests;

internal sealed class ModelVariant : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("model-variant-").FullName;

    public ModelVariant(string golden)
    {
        foreach (var file in Directory.GetFiles(Fixtures.At("golden", "engine", golden))) File.Copy(file, At(Path.GetFileName(file)));
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

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
