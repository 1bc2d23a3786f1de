
namespace DataEfficiency.Prompts.Tokenization;

/// <summary>What tokenizer.json holds, each part ready to run.</summary>
internal sealed record TokenizerParts(
    IReadOnlyList<AddedToken> Added, Normalizer Normalize, IPreTokenizer PreTokenizer, BpeModel Model, TokenDecoder Decoder);
