using System.CommandLine;

namespace DataEfficiency.Cli;

/// <summary>
/// One verb of the command line. The constructor declares its options (their descriptions are the --help page); Run does the work.
/// Bad input is thrown as <see cref="ArgumentException"/>, <see cref="InvalidDataException"/> or a file-not-found exception whose message
/// names what, where and what to do: exit code 2. Any other exception: exit code 1.
/// </summary>
public abstract class Verb : Command
{
    protected Verb(string name, string description) : base(name, description) => Add(Json);

    /// <summary>With --json exactly one JSON object goes to standard output; progress goes to standard error always.</summary>
    protected Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object on standard output and nothing else." };

    public abstract void Run(ParseResult arguments, Output output, CancellationToken cancel);
}
