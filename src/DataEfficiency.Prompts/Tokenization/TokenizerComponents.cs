// The components that tokenizer.json may name, by their "type".
using System.Text;
using DataEfficiency.Prompts.Jinja;

namespace DataEfficiency.Prompts.Tokenization;

internal static class TokenizerComponents
{
    public static Normalizer Normalizer(JsonPart part)
    {
        switch (Type(part))
        {
            case "NFC": return Normalizers.Form(NormalizationForm.FormC);
            case "NFD": return Normalizers.Form(NormalizationForm.FormD);
            case "NFKC": return Normalizers.Form(NormalizationForm.FormKC);
            case "NFKD": return Normalizers.Form(NormalizationForm.FormKD);
            case "Prepend" when part.Text("prepend") is { Length: > 0 } prefix: return Normalizers.Prepend(prefix);
            case "Prepend": throw part.Error("a Prepend without a text is not supported");
            case "Replace" when Pattern(part) is { TakesNothing: false } pattern:
                return Normalizers.Replace(pattern, part.Text("content") ?? "");
            case "Replace": throw part.Error("a Replace whose pattern matches without a character is not supported");
            case "Sequence": return Normalizers.Sequence([.. part.Required("normalizers").Items().Select(Normalizer)]);
            case var type: throw part.NotSupported(type, "NFC, NFD, NFKC, NFKD, Prepend, Replace, Sequence");
        }
    }

    /// <param name="isNormalized">A normalizer runs before it.</param>
    /// <param name="byteLevel">The pieces go to the model as bytes.</param>
    public static IPreTokenizer PreTokenizer(JsonPart part, bool isNormalized, out bool byteLevel)
    {
        byteLevel = false;
        switch (Type(part))
        {
            case "ByteLevel":
                byteLevel = true;
                return new ByteLevelSplit(part.Flag("add_prefix_space"), part.Flag("use_regex", absent: true));
            case "Split":
                return new PatternSplit(Pattern(part), Behavior(part), part.Flag("invert"));
            case "Digits":
                return new DigitSplit(part.Flag("individual_digits"));
            case "Metaspace":
                // Hugging Face's tokenizers look there for the first character of the text before it was normalized
                if (isNormalized && Scheme(part) == PrependScheme.First)
                    throw part.Error("Metaspace with prepend_scheme first behind a normalizer is not supported");
                return new MetaspaceSplit(Replacement(part), Scheme(part), part.Flag("split", absent: true));
            case "Sequence":
                var parts = new List<IPreTokenizer>();
                foreach (var item in part.Required("pretokenizers").Items())
                {
                    if (byteLevel) throw item.Error("a pre-tokenizer after ByteLevel is not supported");
                    parts.Add(PreTokenizer(item, isNormalized, out byteLevel));
                }
                return new SequenceOfSplits(parts);
            case var type:
                throw part.NotSupported(type, "ByteLevel, Split, Digits, Metaspace, Sequence");
        }
    }

    public static IReadOnlyList<DecoderStep> Decoder(JsonPart part)
    {
        switch (Type(part))
        {
            case "ByteLevel": return [TokenDecoder.ByteLevel];
            case "ByteFallback": return [TokenDecoder.ByteFallback];
            case "Fuse": return [TokenDecoder.Fuse];
            case "Replace": return [TokenDecoder.Replace(Normalizers.Replace(Pattern(part), part.Text("content") ?? ""))];
            case "Strip" when part.Text("content") is [var content]:
                return [TokenDecoder.Strip(content, part.Number("start"), part.Number("stop"))];
            case "Strip": throw part.Error("\"content\" must be one character");
            case "Metaspace": return [TokenDecoder.Metaspace(Replacement(part), Scheme(part))];
            case "Sequence": return [.. part.Required("decoders").Items().SelectMany(Decoder)];
            case var type: throw part.NotSupported(type, "ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, Sequence");
        }
    }

    private static string Type(JsonPart part) => part.Text("type") ?? throw part.Error("\"type\" is missing");

    private static char Replacement(JsonPart part) => (part.Text("replacement") ?? "\u2581") is var text && text.Length == 1 ? text[0]
        : throw part.Error("\"replacement\" must be one character");

    private static PrependScheme Scheme(JsonPart part) => part.Text("prepend_scheme") switch
    {
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        "always" => PrependScheme.Always,
        // Files of before 2024 have a flag instead.
        null => part.Flag("add_prefix_space", absent: true) ? PrependScheme.Always : PrependScheme.Never,
        var other => throw part.NotSupported(other, "prepend_scheme first, always, never"),
    };

    private static SplitBehavior Behavior(JsonPart part) => part.Text("behavior") switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw part.NotSupported(other ?? "no behavior",
            "behavior Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"),
    };

    private static SplitPattern Pattern(JsonPart part)
    {
        var pattern = part.Required("pattern");
        if (pattern.Text("String") is { } literal) return SplitPattern.Literal(literal);
        if (pattern.Text("Regex") is not { } expression) throw pattern.Error("\"String\" or \"Regex\" is needed");
        try
        {
            return SplitPattern.Expression(expression);
        }
        catch (ArgumentException e)
        {
            throw pattern.Error($"the regular expression is not supported ({e.Message})");
        }
    }
}
