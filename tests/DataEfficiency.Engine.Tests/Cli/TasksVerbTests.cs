using System.Text.Json;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Tests.Cli;

public class TasksVerbTests
{
    [Fact]
    public void List_AsJson_NamesEveryTask()
    {
        var tasks = CommandLineTests.Json("tasks", "--list").GetProperty("tasks").EnumerateArray().ToList();
        Assert.Equal(ReferenceTaskList.All.Select(t => t.Name), tasks.Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(
            JsonValueKind.Null, tasks.Single(t => t.GetProperty("name").GetString() == "destination").GetProperty("answers").ValueKind);
    }

    [Fact]
    public void Write_CountAndSeed_GivesTheExamplesAsLines()
    {
        var (code, text, error) = CommandLineTests.Run("tasks", "--write", "bank-4", "--count", "7", "--seed", "3");
        Assert.True(code == 0, error);
        var lines = text.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)
            .Select(e => new Example(e.GetProperty("text").GetString()!, e.GetProperty("ground_truth").GetString()!));
        Assert.Equal(ReferenceTaskList.Find("bank-4").Generate(TaskSplit.Train, 7, 3), lines);
    }

    [Theory]
    [InlineData("tasks", "--list")]
    [InlineData("tasks --list --write bank-4", "--write")]
    [InlineData("tasks --write bank-5", "bank-5")]
    [InlineData("tasks --write bank-4 --count 0", "--count 0")]
    [InlineData("pretrain --text no-such-text --out x --minutes 1", "no-such-text")]
    [InlineData("pretrain --text . --out x", "--minutes")]
    [InlineData("pretrain --text . --out x --minutes 1 --hidden 100 --heads 8", "--hidden 100")]
    [InlineData("calibrate --model no-such-folder", "no-such-folder")]
    [InlineData("calibrate --model . --profile huge", "huge")]
    [InlineData("calibrate --model . --jobs 0", "--jobs")]
    [InlineData("calibrate --model . --tasks tense", "tense")]
    public void Run_BadInput_Exits2AndNamesIt(string line, string named)
    {
        var (code, text, error) = CommandLineTests.Run(line.Split(' '));
        Assert.Equal((2, ""), (code, text));
        Assert.Contains(named, error);
    }
}
