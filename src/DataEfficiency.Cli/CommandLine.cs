// The frame of the command line: finds the verb, maps every outcome to one exit code. A verb is one file and one class, listed in Verbs.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DataEfficiency.Prompts;

namespace DataEfficiency.Cli;

public static class CommandLine
{
    public const int Success = 0, Failure = 1, BadInput = 2;

    private static Verb[] Verbs() =>
        [new RankVerb(), new EstimateVerb(), new CurveVerb(), new EvaluateVerb(), new EvaluateSignalsVerb(), new EvaluateOutsideVerb(),
            new BudgetVerb(), new CalibrateVerb(), new CheckVerb(), new PretrainVerb(), new TasksVerb(), new TokenizeVerb(), new ChatVerb(),
            new ModelsVerb(), new SimulateVerb()];

    /// <summary>Runs one command line. Exit codes: 0 done, 2 bad input (the message names it), 1 any other failure.</summary>
    public static int Run(string[] args, TextWriter stdout, TextWriter stderr, CancellationToken cancel = default)
    {
        // Numbers are read and written the same way on every machine.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        var root = new RootCommand("Forecast how many labels fine-tuning a causal language model needs (CoS-Low, arXiv 2512.24991).");
        foreach (var verb in Verbs())
        {
            foreach (var option in verb.Options) ReadStrictly(option);
            root.Add(verb);
        }

        var parsed = root.Parse(args);
        if (parsed.Action is { Terminating: true } action && action != parsed.CommandResult.Command.Action && parsed.Errors.Count == 0)
            return parsed.Invoke(new InvocationConfiguration { Output = stdout, Error = stderr });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) stderr.WriteLine(error.Message);
            stderr.WriteLine(parsed.CommandResult.Command is Verb named ? $"See '{named.Name} --help'."
                : $"Verbs: {string.Join(", ", root.Subcommands.Select(v => v.Name))}. See '--help'.");
            return BadInput;
        }

        try
        {
            ((Verb)parsed.CommandResult.Command).Run(parsed, new Output(stdout, stderr), cancel);
            return Success;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidDataException or FileNotFoundException
            or DirectoryNotFoundException or ModelException)
        {
            stderr.WriteLine(e.Message);
            return BadInput;
        }
        catch (OperationCanceledException)
        {
            stderr.WriteLine("Cancelled.");
            return Failure;
        }
        catch (Exception e)
        {
            stderr.WriteLine($"{parsed.CommandResult.Command.Name} failed: {e.Message}");
            return Failure;
        }
    }

    // the library takes a comma for a sign between thousands: 0,5 would be 5
    private static void ReadStrictly(Option option)
    {
        if (option is Option<double> number) number.CustomParser = result => Number(result) ?? 0;
        else if (option is Option<double?> maybe) maybe.CustomParser = Number;
    }

    private static double? Number(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return value;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name}: '{text}' is no number. Write it with a point, e.g. 0.5.");
        return null;
    }
}
