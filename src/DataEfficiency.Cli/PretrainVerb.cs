// `pretrain`: trains a small model from nothing; the bundled model was made with it (see the README beside its weights).
using System.CommandLine;
using System.Diagnostics;
using DataEfficiency.Engine.Pretraining;

namespace DataEfficiency.Cli;

public sealed class PretrainVerb : Verb
{
    private readonly Option<string[]> text = new("--text")
    {
        Description = "Text to train on: files or folders (txt, html, gz, WordNet data files), each PATH or KIND=PATH.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string> folder = new("--out")
    {
        Description = "Folder to write: config, tokenizer, weights in BF16.",
        Required = true,
    };
    private readonly Option<long?> tokens = new("--tokens") { Description = "Token budget; with it alone a run can be repeated exactly." };
    private readonly Option<double?> minutes = new("--minutes")
    {
        Description = "Time budget; with both, the first that is used up ends training.",
    };
    private readonly Option<long> seed = new("--seed")
    {
        Description = "Seed of weights, order and exercises.",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<int> vocabulary = new("--vocabulary")
    {
        Description = "Size of the byte-level BPE vocabulary.",
        DefaultValueFactory = _ => 2048,
    };
    private readonly Option<int> hidden = new("--hidden") { Description = "Hidden size.", DefaultValueFactory = _ => 128 };
    private readonly Option<int> intermediate = new("--intermediate")
    {
        Description = "Width of the feed-forward part.",
        DefaultValueFactory = _ => 352,
    };
    private readonly Option<int> layers = new("--layers") { Description = "Layers.", DefaultValueFactory = _ => 3 };
    private readonly Option<int> heads = new("--heads")
    {
        Description = "Query heads; half as many key-value heads.",
        DefaultValueFactory = _ => 4,
    };
    private readonly Option<int> context = new("--context") { Description = "Context length in tokens.", DefaultValueFactory = _ => 2048 };
    private readonly Option<double> rate = new("--learning-rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => 4e-3 };

    public PretrainVerb() : base("pretrain", "Train a small model from nothing on text and generated exercises.")
    {
        Option[] all = [text, folder, tokens, minutes, seed, vocabulary, hidden, intermediate, layers, heads, context, rate];
        foreach (var option in all) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var sources = arguments.GetValue(text)!.Select(TextSource.Parse).ToList();
        var options = new PretrainingOptions
        {
            Seed = arguments.GetValue(seed), VocabularySize = arguments.GetValue(vocabulary), HiddenSize = arguments.GetValue(hidden),
            IntermediateSize = arguments.GetValue(intermediate),
            Layers = arguments.GetValue(layers), Heads = arguments.GetValue(heads), ContextLength = arguments.GetValue(context),
                LearningRate = arguments.GetValue(rate),
            Tokens = arguments.GetValue(tokens), Time = arguments.GetValue(minutes) is { } m ? TimeSpan.FromMinutes(m) : null,
        };
        if (options.Tokens is null && options.Time is null) throw new ArgumentException("Give a budget: --tokens N or --minutes M.");
        if (options.HiddenSize % (2 * options.Heads) != 0)
            throw new ArgumentException($"--hidden {options.HiddenSize} must be a multiple of twice --heads {options.Heads}.");
        var result = Pretrainer.Run(sources, arguments.GetValue(folder)!, options, output.Progress, new Lines(output), cancel);
        if (arguments.GetValue(Json)) output.Json(result);
        else
            output.Line($"{result.Parameters:N0} parameters, {result.Steps:N0} steps, {result.Tokens:N0} tokens in {result.Seconds:0} s "
                + $"({result.Tokens / result.Seconds:0} tokens/s). Held-out text {result.HeldOutTextLoss:0.0000} nats per token "
                + $"({result.HeldOutBitsPerByte:0.000} bits per byte), held-out exercises {result.HeldOutExerciseLoss:0.0000}. "
                + $"Written to {result.Folder}.");
    }

    // One line every ten seconds.
    private sealed class Lines(Output output) : IProgress<PretrainingProgress>
    {
        private readonly Stopwatch _since = Stopwatch.StartNew();

        public void Report(PretrainingProgress p)
        {
            if (_since.Elapsed < TimeSpan.FromSeconds(10)) return;
            _since.Restart();
            output.Progress($"{p.Share,4:0%}  step {p.Step:N0}  {p.Tokens:N0} tokens  text {p.TextLoss:0.000}  "
                + $"exercises {p.ExerciseLoss:0.000}  {p.TokensPerSecond:N0} tokens/s");
        }
    }
}
