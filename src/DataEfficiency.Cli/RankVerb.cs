// `rank`: the model's confidence in every text of a pool, least confident first by rank (method sections 2 and 3).
using System.CommandLine;
using System.Diagnostics;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;

namespace DataEfficiency.Cli;

public sealed class RankVerb : Verb
{
    private readonly Option<string> model = new("--model") { Description = "Hugging Face folder of the model.", Required = true };
    private readonly Option<string> pool = new("--pool")
    {
        Description = "JSON lines or a JSON array of objects with \"input_text\" (a full prompt) or \"text\" (with --instruction).",
        Required = true,
    };
    private readonly Option<string?> instruction = new("--instruction")
    {
        Description = "The task instruction that goes before each \"text\".",
    };
    private readonly Option<string?> target = new("--out") { Description = "File for the JSON lines. Default: standard output." };
    private readonly EngineChoice engine = new();

    public RankVerb() : base("rank", "Confidence of every text of a pool by greedy decoding; rank 0 is the least confident.")
    {
        foreach (var option in (Option[])[model, pool, instruction, target, .. engine.All]) Add(option);
    }

    private sealed record Item(
        int Index, double Confidence, double Perplexity, string Answer, IReadOnlyList<int> Tokens, bool NoKeptToken, int? Rank);

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var file = PoolFile.Read(arguments.GetValue(pool)!, arguments.GetValue(instruction), answers: false);
        using var written = Open(arguments.GetValue(target));
        using var estimator = Estimator.Load(arguments.GetValue(model)!, engine.Of(arguments, output));
        var ranked = estimator.Rank(file.Task, file.Texts, new Lines(output, file.Texts.Count), cancel: cancel);
        foreach (var left in ranked.Where(r => r.LeftOut is not null))
            output.Progress($"Item {left.Index} has no confidence: {left.LeftOut}");

        var items = WithRanks(ranked);
        if (written is null)
        {
            Print(output, items, arguments.GetValue(Json));
            return;
        }
        if (written.CanSeek) written.SetLength(0);
        using var writer = new StreamWriter(written);
        Print(new Output(writer, TextWriter.Null), items, arguments.GetValue(Json));
    }

    // Before the ranking, which may take hours; what the file holds stays until there is something to write.
    private static FileStream? Open(string? path)
    {
        try
        {
            return path is null ? null : new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ArgumentException($"--out: '{path}' cannot be written: {e.Message}", e);
        }
    }

    private static void Print(Output output, IEnumerable<Item> items, bool one)
    {
        if (one) output.Json(new { items });
        else foreach (var item in items) output.Json(item);
    }

    // Equal confidences keep their pool order; what has no confidence has no rank.
    private static IEnumerable<Item> WithRanks(IReadOnlyList<RankedText> ranked)
    {
        var rankOf = new int?[ranked.Count];
        foreach (var (rank, r) in ranked.Where(r => r.LeftOut is null).OrderBy(r => r.Confidence).Index()) rankOf[r.Index] = rank;
        return ranked.Select(r => new Item(r.Index, r.Confidence, r.Perplexity, r.Answer, r.Tokens, r.NoKeptToken, rankOf[r.Index]));
    }

    // A line after every 512 texts or so, on the engine's own thread: Progress<T> would write them in any order.
    private sealed class Lines(Output output, int all) : IProgress<int>
    {
        private const int Step = 512;
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private int _next = Step;

        public void Report(int done)
        {
            if (done < _next && done < all) return;
            _next = done + Step;
            output.Progress($"{done} of {all}, {done / _watch.Elapsed.TotalSeconds:0} a second");
        }
    }
}
