using System.Text.Json;
using DataEfficiency.Cli;

namespace DataEfficiency.Engine.Tests.Cli;

public class CommandLineTests
{
    internal static (int Code, string Out, string Error) Run(params string[] args)
    {
        using StringWriter stdout = new(), stderr = new();
        return (CommandLine.Run(args, stdout, stderr), stdout.ToString(), stderr.ToString());
    }

    /// <summary>The one JSON object of a verb that must succeed.</summary>
    internal static JsonElement Json(params string[] args)
    {
        var (code, text, error) = Run([.. args, "--json"]);
        Assert.True(code == 0, error);
        Assert.Single(text.TrimEnd('\n').Split('\n'));
        return JsonDocument.Parse(text).RootElement;
    }

    [Theory]
    [InlineData("--help", "budget")]
    [InlineData("budget --help", "--target")]
    [InlineData("curve --help", "--human-scores")]
    public void Run_Help_PrintsItAndSucceeds(string line, string named)
    {
        var (code, text, error) = Run(line.Split(' '));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(named, text);
    }

    [Theory]
    [InlineData("", "budget")]
    [InlineData("nothing", "nothing")]
    [InlineData("budget --target .9 --colour red", "--colour")]
    [InlineData("budget", "--target")]
    [InlineData("budget --target high", "high")]
    [InlineData("budget --target 0,5", "'0,5' is no number")]
    [InlineData("budget --target .9 --auc .5 --auc-scale 0,1", "'0,1' is no number")]
    [InlineData("budget --target 1.5", "1.5")]
    [InlineData("budget --target .9 --auc 2", "--auc 2")]
    [InlineData("budget --target .9 --auc-scale .1", "--auc-scale needs --auc")]
    [InlineData("budget --target .9 --cos-low .2", "--published")]
    [InlineData("budget --target .9 --cos-low .2 --published gpt", "gpt")]
    [InlineData("budget --target .9 --auc .3 --cos-low .2 --published Qwen2.5-14B-Instruct", "give one")]
    [InlineData("budget --target .9 --points 200:.3", "200:.3")]
    [InlineData("budget --target .9 --points 9000:.3:.1", "9000")]
    [InlineData("curve --results no-such-folder", "no-such-folder")]
    public void Run_BadInput_Exits2AndNamesIt(string line, string named)
    {
        var (code, text, error) = Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((2, ""), (code, text));
        Assert.Contains(named, error);
    }
}
