// `models pull`: downloads a model from a Hugging Face hub into the models folder.
using System.CommandLine;
using System.Diagnostics;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Hub;

namespace DataEfficiency.Cli;

public sealed class PullVerb : Verb
{
    private readonly Argument<string> model = new("model")
    {
        Description = "ORG/NAME or ORG/NAME@REVISION.",
        HelpName = "ORG/NAME[@REVISION]",
    };
    private readonly Option<string> root = new("--root")
    {
        Description = "Models folder; the model gets a folder of its own name in it.",
        DefaultValueFactory = _ => ModelsVerb.DefaultRoot,
    };

    public PullVerb() : base("pull", "Download configuration, tokenizer and safetensors weights. "
        + $"{HubOptions.TokenVariable}: token for private and gated models; {HubOptions.EndpointVariable}: another hub. "
        + "What is interrupted goes on where it stopped.")
    {
        Add(model);
        Add(root);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var folder = new HubDownload(HubOptions.FromEnvironment()).PullAsync(
            HubModel.Parse(arguments.GetValue(model)!), arguments.GetValue(root)!, new Bar(output), cancel).GetAwaiter().GetResult();
        output.Redraw("");
        var found = ModelFolder.Inspect(folder);
        if (arguments.GetValue(Json)) output.Json(new { found.Name, found.Folder, found.Bytes, found.WeightsSha256, found.Problem });
        else output.Line(found.Problem is { } problem ? $"{found.Folder} is complete, but cannot be used: {problem}"
            : $"{found.Folder}: {found.Architecture}, {found.Parameters:N0} parameters, {found.Bytes / 1e6:N1} MB");
    }

    private sealed class Bar(Output output) : IProgress<PullProgress>
    {
        private const int Width = 30;
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly PullSpeed pull = new(TimeProvider.System);
        private string file = "";
        private TimeSpan drawn = TimeSpan.MinValue;

        public void Report(PullProgress value)
        {
            var (speed, left) = pull.Of(value);
            if (value.File != file && value.File.Length > 0 && Console.IsErrorRedirected) output.Progress(value.File);
            if (value.File == file && value.Done < value.Total && clock.Elapsed - drawn < TimeSpan.FromMilliseconds(100)) return;
            (file, drawn) = (value.File, clock.Elapsed);
            if (value.Total == 0) return;
            var filled = (int)(Width * value.Done / value.Total);
            var remaining = left is { } time ? $", {time:h\\:mm\\:ss} left" : "";
            output.Redraw($"[{new string('=', filled)}{new string(' ', Width - filled)}] {100 * value.Done / value.Total,3} % of "
                + $"{value.Total / 1e6:N1} MB, {speed / 1e6:N1} MB/s{remaining}  {value.File}");
        }
    }
}
