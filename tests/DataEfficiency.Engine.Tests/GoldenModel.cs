// A small model with the numbers that another way computed for it: the four of the Python reference (golden/engine/README.md), which lie
// beside the repository, and the miniature, which lies in it (Miniature/README.md).
using System.Reflection;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

/// <summary>The four golden models' names for a theory; skipped where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenModelsAttribute : DataAttribute
{
    private readonly string[] _names;

    /// <param name="names">Some of them; none: all.</param>
    public GoldenModelsAttribute(params string[] names)
    {
        _names = names.Length == 0 ? GoldenModel.Names : names;
        Skip = Fixtures.Root is null ? Fixtures.Missing : null;
    }

    /// <summary>Each in float32, and in what a GPU computes by default. Default: false, the theory takes no type.</summary>
    public bool BothTypes { get; set; }

    public override IEnumerable<object[]> GetData(MethodInfo method) => GoldenModel.Rows(_names, BothTypes);
}

/// <summary>The miniature's name for a theory: always there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MiniatureAttribute : DataAttribute
{
    /// <summary>As that of <see cref="GoldenModelsAttribute"/>.</summary>
    public bool BothTypes { get; set; }

    public override IEnumerable<object[]> GetData(MethodInfo method) => GoldenModel.Rows([GoldenModel.Miniature], BothTypes);
}

internal sealed class GoldenModel : IDisposable
{
    public const string Miniature = "miniature";

    internal static IEnumerable<object[]> Rows(string[] names, bool bothTypes) => bothTypes
        ? names.SelectMany(n => new object[][] { [n, ScalarType.Float32], [n, ScalarType.BFloat16] })
            : names.Select(n => new object[] { n });

    public static string[] Names => ["llama3-tiny", "mistral-tiny", "qwen2-tiny", "smollm2-tiny"];

    public string Folder { get; }

    public JsonNode Json { get; }

    internal ModelSession Session { get; }

    internal Decoder Decoder => Session.Decoder;

    public SafetensorsFile Arrays { get; }

    public IReadOnlySet<int> Masked { get; }

    public IReadOnlySet<int> Eos { get; }

    public IReadOnlyList<JsonNode> Items { get; }

    public GoldenModel(string name, ScalarType type = ScalarType.Float32, Device? device = null)
    {
        Folder = FolderOf(name);
        Json = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "golden.json")))!;
        Session = ModelSession.Load(Folder, device, type);
        Arrays = SafetensorsFile.Open(Path.Combine(Folder, "golden.safetensors"));
        Masked = Ints(Json["masked_ids"]).ToHashSet();
        Eos = Ints(Json["eos_ids"]).ToHashSet();
        Items = [.. Json["items"]!.AsArray().Select(i => i!)];
    }

    public static string FolderOf(string name) =>
        name == Miniature ? Path.Combine(AppContext.BaseDirectory, "Miniature", "golden") : Fixtures.At("golden", "engine", name);

    public TokenSequence Answer(JsonNode item) => TokenSequence.Answer(Ints(item["prompt_ids"]), Ints(item["answer_ids"]), Masked);

    public IReadOnlyList<TokenSequence> Labelled =>
        [.. Json["labelled"]!.AsArray().Select(id => Answer(Items.First(i => (string)i["id"]! == (string)id!)))];

    public static int[] Ints(JsonNode? list) => [.. list!.AsArray().Select(i => (int)i!)];

    public static double[] Doubles(JsonNode? list) => [.. list!.AsArray().Select(i => (double)i!)];

    /// <summary>|a - b| / |b| in float64.</summary>
    public static double RelativeDistance(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return ((a.to(float64) - b.to(float64)).norm() / b.to(float64).norm()).ToDouble();
    }

    /// <summary>Of a and b in float64.</summary>
    public static double Cosine(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (a.to(float64).view(-1), b.to(float64).view(-1));
        return (x.dot(y) / (x.norm() * y.norm())).ToDouble();
    }

    /// <summary>In float32 the distance is within the tolerance; in bfloat16 the cosine is within .01 of 1.</summary>
    public static bool IsClose(Tensor a, Tensor b, ScalarType type, double tolerance) =>
        type == ScalarType.Float32 ? RelativeDistance(a, b) <= tolerance : Cosine(a, b) >= .99;

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
