// Which tokens end an answer and which one pads: generation_config.json, else config.json, else the tokens that tokenizer_config.json
// names.
// Sampling fields and repetition_penalty are left unread on purpose: decoding is plain argmax (method section 2).
using System.Text.Json;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts;

/// <param name="EosIds">In file order; decoding stops at any of them.</param>
public sealed record GenerationConfig(IReadOnlyList<int> EosIds, int? PadId)
{
    /// <summary>Reads the files of a model folder; each may be absent.</summary>
    /// <exception cref="ModelException">A file is damaged, or an id is no whole number of at least 0.</exception>
    public static GenerationConfig Load(string folder, Tokenizer tokenizer)
    {
        IReadOnlyList<int> eos = [], pad = [];
        foreach (var name in new[] { "generation_config.json", "config.json" })
            Take(name, root => (Ids(root.Optional("eos_token_id")), Ids(root.Optional("pad_token_id"))));
        Take("tokenizer_config.json", root => (Named(root.Optional("eos_token"), tokenizer), Named(root.Optional("pad_token"), tokenizer)));
        return new GenerationConfig(eos, pad.Count > 0 ? pad[0] : null);

        void Take(string name, Func<JsonPart, (int[] Eos, int[] Pad)> read)
        {
            var (foundEos, foundPad) = JsonPart.Read(Path.Combine(folder, name), read);
            if (eos.Count == 0) eos = foundEos ?? [];
            if (pad.Count == 0) pad = foundPad ?? [];
        }
    }

    private static int[] Ids(JsonPart? part) => part is not { } given ? []
        : [.. (given.Element.ValueKind == JsonValueKind.Array ? given.Items() : [given]).Select(Id).Where(id => id >= 0).Distinct()];

    /// <summary>Some published files say -1 for none.</summary>
    private static int Id(JsonPart part) => part.Element.ValueKind == JsonValueKind.Number && part.Element.TryGetInt32(out var id)
        && id >= -1 ? id : throw part.Error("a token id (a whole number of at least 0) is needed");

    private static int[] Named(JsonPart? part, Tokenizer tokenizer) =>
        part is { } given && tokenizer.TokenId(
            given.Element.ValueKind == JsonValueKind.Object ? given.Text("content") ?? "" : given.Text()) is { } id ? [id] : [];
}
