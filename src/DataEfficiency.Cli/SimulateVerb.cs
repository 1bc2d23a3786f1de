// `simulate`: annotators who label by HTTP, to see what a running portal bears. It answers anything: point it at a project made for that.
using System.CommandLine;
using System.Globalization;
using DataEfficiency.Cli.Simulation;

namespace DataEfficiency.Cli;

public sealed class SimulateVerb : Verb
{
    private readonly Option<string> _address = new("--address")
    {
        Description = "Address of the portal.", DefaultValueFactory = _ => "http://localhost:5080",
    };
    private readonly Option<int> _project = new("--project")
    {
        Description = "Id of the project that is labelled. Its answers are made up: take one that is there for trying.", Required = true,
    };
    private readonly Option<FileInfo> _people = new("--people")
    {
        Description = "File with one annotator a line: an access token, or user name and password with a space between.", Required = true,
    };
    private readonly Option<int> _annotators = new("--annotators")
    {
        Description = $"How many of them label at once, 1 to {LoadPlan.MostAnnotators:N0}.", DefaultValueFactory = _ => 20,
    };
    private readonly Option<double> _rate = new("--rate")
    {
        Description = $"Answers a second of all together, up to {LoadPlan.MostPerSecond}.", DefaultValueFactory = _ => 5,
    };
    private readonly Option<int> _seconds = new("--seconds")
    {
        Description = $"How long, up to {LoadPlan.MostSeconds:N0}.", DefaultValueFactory = _ => 60,
    };
    private readonly Option<int?> _process = new("--pid")
    {
        Description = "Process id of the portal, where it runs on this machine: its CPU time an answer is printed.",
    };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of the answers.", DefaultValueFactory = _ => 1 };

    private readonly Option<string?> _accuracy = new("--accuracy")
    {
        Description = "Share of right answers, as 0.9, or of the worst and the best annotator, as 0.6-0.95. Default: anything is answered.",
    };
    private readonly Option<FileInfo?> _truth = new("--truth")
    {
        Description = "The right answers: JSON lines with \"text\" and \"ground_truth\": a label's name; names between semicolons; a line "
            + "\"text -> label\" for each marked part; or a text. Default: made-up ones.",
    };
    private readonly Option<double> _spread = new("--pace-spread")
    {
        Description = "The slowest annotator takes so many times as long as the fastest.", DefaultValueFactory = _ => 1,
    };
    private readonly Option<double> _abandon = new("--abandon")
    {
        Description = "Share of the answers behind which somebody closes the browser, cards and all, and comes back in another tab.",
    };
    private readonly Option<double> _twice = new("--twice") { Description = "Share of the answers that are sent a second time." };
    private readonly Option<string?> _lead = new("--lead")
    {
        Description = "A lead of the project, as a line of --people: afterwards every acknowledged answer is looked for in the export.",
    };

    public SimulateVerb() : base("simulate", "Let annotators label on a running portal and print how it answered.")
    {
        foreach (var option in new Option[] { _address, _project, _people, _annotators, _rate, _seconds, _process, _seed, _accuracy, _truth,
            _spread, _abandon, _twice, _lead }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var plan = new LoadPlan(arguments.GetValue(_project), arguments.GetValue(_annotators), arguments.GetValue(_rate),
            TimeSpan.FromSeconds(arguments.GetValue(_seconds)), arguments.GetValue(_seed)).With(Shares(arguments.GetValue(_accuracy)),
            arguments.GetValue(_spread), arguments.GetValue(_abandon), arguments.GetValue(_twice), Truth(arguments.GetValue(_truth)));
        var people = SimulatedPerson.Read(arguments.GetValue(_people)!, plan.Annotators);
        if (!Uri.TryCreate(arguments.GetValue(_address), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"--address {arguments.GetValue(_address)} must begin with http:// or https://.");
        using var cpu = arguments.GetValue(_process) is { } id ? ProcessTime.Of(id) : null;
        var load = new Load(plan, people, () => new HttpClient(Load.Handler()) { BaseAddress = address })
        {
            Lead = arguments.GetValue(_lead) is { } lead ? SimulatedPerson.Of(lead) : null,
        };
        var figures = load.RunAsync(cpu, output.Progress, cancel).GetAwaiter().GetResult();
        if (arguments.GetValue(Json)) output.Json(figures);
        else foreach (var line in figures.Lines()) output.Line(line);
        if (figures.Check is { Holds: false }) throw new InvalidOperationException("The export does not hold what was acknowledged.");
    }

    private static (double, double)? Shares(string? text)
    {
        if (text is null) return null;
        var parts = text.Split('-');
        double Share(string part) => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) ? share
            : throw new ArgumentException($"--accuracy {text} must be a share as 0.9, or two as 0.6-0.95.");
        return parts.Length > 2 ? throw new ArgumentException($"--accuracy {text} must be a share as 0.9, or two as 0.6-0.95.")
            : (Share(parts[0]), Share(parts[^1]));
    }

    private static Dictionary<string, string>? Truth(FileInfo? file)
    {
        if (file is null) return null;
        var pool = PoolFile.Read(file.FullName, instruction: "", answers: true);
        var truth = new Dictionary<string, string>();
        foreach (var (text, answer) in pool.Texts.Zip(pool.Answers)) truth[text] = answer;
        return truth;
    }
}
