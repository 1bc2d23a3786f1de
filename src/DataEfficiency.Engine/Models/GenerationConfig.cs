// Which tokens end an answer and which one pads: generation_config.json, else config.json, else the tokens that tokenizer_config.json names.
// Sampling fields and repetition_penalty are left unread on purpose: decoding is plain argmax (method section 2).
using System.Text.Json;
using DataEfficiency.Engine.Models.Tokenization;

namespace DataEfficiency.Engine.Models;

/// <param name="EosIds">In file order; decoding stops at any of them.</param>
public sealed record GenerationConfig(IReadOnlyList<int> EosIds, int? PadId)
{
    private const long LargestFile = 16 << 20;

    /// <summary>Reads the files of a model folder; each may be absent.</summary>
    /// <exception cref="EngineException">A file is damaged, or an id is no whole number of at least 0.</exception>
    public static GenerationConfig Load(string folder, Tokenizer tokenizer)
    {
        IReadOnlyList<int> eos = [], pad = [];
        foreach (var name in new[] { "generation_config.json", "config.json" })
        {
            using var json = Parse(Path.Combine(folder, name));
            if (json is null) continue;
            var root = new JsonPart(Path.Combine(folder, name), "", json.RootElement);
            if (eos.Count == 0) eos = Ids(root.Optional("eos_token_id"));
            if (pad.Count == 0) pad = Ids(root.Optional("pad_token_id"));
        }
        using var config = Parse(Path.Combine(folder, "tokenizer_config.json"));
        if (config is not null)
        {
            var root = new JsonPart(Path.Combine(folder, "tokenizer_config.json"), "", config.RootElement);
            if (eos.Count == 0) eos = Named(root.Optional("eos_token"), tokenizer);
            if (pad.Count == 0) pad = Named(root.Optional("pad_token"), tokenizer);
        }
        return new GenerationConfig(eos, pad.Count > 0 ? pad[0] : null);
    }

    private static int[] Ids(JsonPart? part) => part is not { } given ? []
        : [.. (given.Element.ValueKind == JsonValueKind.Array ? given.Items() : [given]).Select(Id).Where(id => id >= 0).Distinct()];

    /// <summary>Some published files say -1 for none.</summary>
    private static int Id(JsonPart part) => part.Element.ValueKind == JsonValueKind.Number && part.Element.TryGetInt32(out var id) && id >= -1 ? id : throw part.Error("a token id (a whole number of at least 0) is needed");

    private static int[] Named(JsonPart? part, Tokenizer tokenizer) =>
        part is { } given && tokenizer.TokenId(given.Element.ValueKind == JsonValueKind.Object ? given.Text("content") ?? "" : given.Text()) is { } id ? [id] : [];

    private static JsonDocument? Parse(string path)
    {
        if (!File.Exists(path)) return null;
        if (new FileInfo(path).Length > LargestFile) throw new EngineException($"{path}: more than {LargestFile:N0} bytes; such a file is not read.");
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new EngineException($"{path} is no valid JSON: {e.Message}", e);
        }
    }
}
