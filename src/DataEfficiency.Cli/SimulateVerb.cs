// `simulate`: annotators who label by HTTP, to see what a running portal bears. It answers anything: point it at a project made for that.
using System.CommandLine;
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

    public SimulateVerb() : base("simulate", "Let annotators label on a running portal and print how it answered.")
    {
        foreach (var option in new Option[] { _address, _project, _people, _annotators, _rate, _seconds, _process, _seed }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var plan = new LoadPlan(arguments.GetValue(_project), arguments.GetValue(_annotators), arguments.GetValue(_rate),
            TimeSpan.FromSeconds(arguments.GetValue(_seconds)), arguments.GetValue(_seed));
        var people = SimulatedPerson.Read(arguments.GetValue(_people)!, plan.Annotators);
        if (!Uri.TryCreate(arguments.GetValue(_address), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"--address {arguments.GetValue(_address)} must begin with http:// or https://.");
        using var cpu = arguments.GetValue(_process) is { } id ? ProcessTime.Of(id) : null;
        var load = new Load(plan, people, () => new HttpClient(Load.Handler()) { BaseAddress = address });
        var figures = load.RunAsync(cpu, output.Progress, cancel).GetAwaiter().GetResult();
        if (arguments.GetValue(Json)) output.Json(figures);
        else foreach (var line in figures.Lines()) output.Line(line);
    }
}
