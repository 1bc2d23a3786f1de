using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Tests.House;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Miniature;

/// <summary>The recorded numbers are those that the plain way gives today. With
/// DATAEFFICIENCY_RECORD_MINIATURE=1 they are recorded anew.</summary>
public sealed class MiniatureTests : IDisposable
{
    private const string Record = "DATAEFFICIENCY_RECORD_MINIATURE";
    private static readonly string Recorded = SourceTree.At("tests", "DataEfficiency.Engine.Tests", "Miniature", "golden");
    private readonly string _folder = Directory.CreateTempSubdirectory("miniature").FullName;

    [Fact]
    public void Recorded_MadeAnew_AreTheSameFilesAndNumbers()
    {
        MiniatureFiles.Write(_folder);
        MiniatureNumbers.Write(_folder);
        if (Environment.GetEnvironmentVariable(Record) == "1") CopyTo(Recorded);

        string[] files =
            [.. Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_folder, f)).Order()];
        Assert.Equal(
            files, Directory.GetFiles(Recorded, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Recorded, f)).Order());
        foreach (var file in files)
        {
            string expected = Path.Combine(Recorded, file), made = Path.Combine(_folder, file);
            if (file == "golden.json") Same(Parsed(expected), Parsed(made), file);
            else if (file == "golden.safetensors" || file.StartsWith("lora_trained", StringComparison.Ordinal)
                && file.EndsWith(".safetensors", StringComparison.Ordinal))
                SameArrays(expected, made);
            else Assert.True(File.ReadAllBytes(expected).SequenceEqual(File.ReadAllBytes(made)), $"{file} differs");
        }
    }

    [Fact]
    public void Recorded_InAll_IsSmall() =>
        Assert.InRange(Directory.GetFiles(Recorded, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 1, 400_000);

    // Enough for float32 to take the same greedy steps.
    [Fact]
    public void Recorded_GreedySteps_LeadByMuchMoreThanRounding() =>
        Assert.InRange((double)Parsed(Path.Combine(Recorded, "golden.json"))["smallest_greedy_margin_in_logits"]!, 2e-3, 1);

    private static JsonNode Parsed(string path) => JsonNode.Parse(File.ReadAllText(path))!;

    // Numbers of whole computations in float64, summed in an order that a library may change.
    private static void Same(JsonNode? expected, JsonNode? made, string at)
    {
        switch (expected)
        {
            case JsonObject one:
                Assert.Equal(one.Select(p => p.Key), made!.AsObject().Select(p => p.Key));
                foreach (var (key, value) in one) Same(value, made[key], $"{at}.{key}");
                break;
            case JsonArray list:
                Assert.Equal(list.Count, made!.AsArray().Count);
                for (var i = 0; i < list.Count; i++) Same(list[i], made[i], $"{at}[{i}]");
                break;
            case JsonValue number when number.TryGetValue(out double value):
                GoldenModel.Near(value, (double)made!, 1e-9 * Math.Max(1, Math.Abs(value)), at);
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, made), at);
                break;
        }
    }

    private static void SameArrays(string expected, string made)
    {
        using SafetensorsFile a = SafetensorsFile.Open(expected), b = SafetensorsFile.Open(made);
        Assert.Equal(a.Entries.Keys, b.Entries.Keys);
        using var scope = NewDisposeScope();
        foreach (var name in a.Entries.Keys)
        {
            Assert.Equal(a.Entries[name].Dtype, b.Entries[name].Dtype);
            Assert.True(a.Read(name, float64).allclose(b.Read(name, float64), 1e-6, 1e-9), name);
        }
    }

    private void CopyTo(string folder)
    {
        foreach (var file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(_folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
