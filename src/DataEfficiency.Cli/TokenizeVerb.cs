// `tokenize`: token ids of texts, and what they decode to.
using System.CommandLine;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Cli;

public sealed class TokenizeVerb : Verb
{
    private readonly Option<string> tokenizer = new("--tokenizer") { Description = "Folder with a tokenizer.json.", Required = true };
    private readonly Option<string> texts = new("--texts") { Description = "JSON file: an array of strings.", Required = true };

    public TokenizeVerb() : base(
        "tokenize", "Token ids of texts: special tokens in a text are recognised, none is added; they are kept in the decoded texts.")
    {
        foreach (var option in new Option[] { tokenizer, texts }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var loaded = Tokenizer.Load(arguments.GetValue(tokenizer)!);
        var ids = new List<int[]>();
        foreach (var text in JsonInput.ReadArray<string>("--texts", arguments.GetValue(texts)!, "an array of strings", _ => true))
        {
            cancel.ThrowIfCancellationRequested();
            ids.Add(loaded.Encode(text));
        }
        var decoded = ids.Select(list => loaded.Decode(list, skipSpecial: false)).ToArray();
        if (arguments.GetValue(Json)) output.Json(new { ids, decoded });
        else foreach (var list in ids)
            output.Line($"{list.Length} ids: {string.Join(' ', list.Select(id => $"{id}:{loaded.TokenText(id)}"))}");
    }
}
