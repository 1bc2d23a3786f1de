// One of the four small models with the numbers that the Python reference computed for it (golden/engine/README.md).
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

public sealed class GoldenModel : IDisposable
{
    public static TheoryData<string> Names => ["llama3-tiny", "mistral-tiny", "qwen2-tiny", "smollm2-tiny"];

    public string Folder { get; }

    public JsonNode Json { get; }

    internal ModelSession Session { get; }

    internal Decoder Decoder => Session.Decoder;

    public SafetensorsFile Arrays { get; }

    public IReadOnlySet<int> Masked { get; }

    public IReadOnlySet<int> Eos { get; }

    public IReadOnlyList<JsonNode> Items { get; }

    public GoldenModel(string name)
    {
        Folder = Fixtures.At("golden", "engine", name);
        Json = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "golden.json")))!;
        Session = ModelSession.Load(Folder);
        Arrays = SafetensorsFile.Open(Path.Combine(Folder, "golden.safetensors"));
        Masked = Ints(Json["masked_ids"]).ToHashSet();
        Eos = Ints(Json["eos_ids"]).ToHashSet();
        Items = [.. Json["items"]!.AsArray().Select(i => i!)];
    }

    public TokenSequence Answer(JsonNode item) => TokenSequence.Answer(Ints(item["prompt_ids"]), Ints(item["answer_ids"]), Masked);

    public IReadOnlyList<TokenSequence> Labelled => [.. Json["labelled"]!.AsArray().Select(id => Answer(Items.First(i => (string)i["id"]! == (string)id!)))];

    public static int[] Ints(JsonNode? list) => [.. list!.AsArray().Select(i => (int)i!)];

    public static double[] Doubles(JsonNode? list) => [.. list!.AsArray().Select(i => (double)i!)];

    /// <summary>|a - b| / |b| in float64.</summary>
    public static double RelativeDistance(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return ((a.to(float64) - b.to(float64)).norm() / b.to(float64).norm()).ToDouble();
    }

    /// <summary>Equal shapes and, value by value, equal numbers.</summary>
    public static bool Same(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.shape.SequenceEqual(b.shape) && a.eq(b).all().ToBoolean();
    }

    public static void Near(double expected, double actual, double tolerance, string what = "") =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what} expected {expected:R}, got {actual:R}, tolerance {tolerance}");

    public void Dispose()
    {
        Session.Dispose();
        Arrays.Dispose();
    }
}
