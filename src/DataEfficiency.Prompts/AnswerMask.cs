// Tokens that never count in a confidence or a loss (method section 2).
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts;

internal static class AnswerMask
{
    /// <summary>The reference implementation's lists. One applies only where the tokenizer has these tokens at these ids: model_type alone
    /// does not tell families apart ("llama" is Llama 3 and SmolLM2). Texts in the alphabet of the file: Ċ is a new line.</summary>
    private static readonly (string Family, (int Id, string Text)[] Tokens)[] Families =
    [
        ("Llama 3", [(271, "ĊĊ"), (128009, "<|eot_id|>")]),
        ("Mistral v0.3", [(2, "</s>"), (29473, "▁")]),
        ("Qwen 2.5", [(151643, "<|endoftext|>"), (151645, "<|im_end|>"), (198, "Ċ")]),
        ("SmolLM2", [(0, "<|endoftext|>"), (2, "<|im_end|>"), (198, "Ċ")]),
    ];

    /// <summary>The family's list where the tokenizer is of that family; of any other model all EOS ids, the pad id, and "\n" and "\n\n"
    /// where each is one id when tokenised alone.</summary>
    public static IReadOnlySet<int> MaskedIds(Tokenizer tokenizer, GenerationConfig generation)
    {
        foreach (var (_, tokens) in Families)
            if (tokens.All(t => tokenizer.TokenText(t.Id) == t.Text)) return tokens.Select(t => t.Id).ToHashSet();
        var masked = generation.EosIds.ToHashSet();
        if (generation.PadId is { } pad) masked.Add(pad);
        masked.UnionWith(NewlineIds(tokenizer));
        return masked;
    }

    /// <summary>Ids of "\n" and "\n\n", of each only where it is a single id.</summary>
    internal static IEnumerable<int> NewlineIds(Tokenizer tokenizer) =>
        new[] { "\n", "\n\n" }.Select(tokenizer.Encode).Where(ids => ids.Length == 1).Select(ids => ids[0]);
}
