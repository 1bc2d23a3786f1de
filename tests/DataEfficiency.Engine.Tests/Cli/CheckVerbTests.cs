using System.Text.Json;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class CheckVerbTests : IDisposable
{
    private readonly TinyModel _model = new();

    private string Write(string name, TaskSplit split, int count, int low = 0)
    {
        var path = Path.Combine(_model.Folder, name);
        File.WriteAllLines(path, ReferenceTaskList.Find("sentiment").Generate(split, count, 1).Select((e, i) =>
            i < low ? JsonSerializer.Serialize(new { text = e.Text, ground_truth = e.Answer, random = false })
                : JsonSerializer.Serialize(new { text = e.Text, ground_truth = e.Answer })));
        return path;
    }

    private string[] Arguments(string labels, params string[] more) => ["check", "--model", _model.Folder, "--labels", labels,
        "--instruction", ReferenceTaskList.Find("sentiment").Prompt.Instruction, "--rate", "3e-3", "--threads", "1", "--device", "cpu",
        .. more];

    [Fact]
    public void Check_LabelsAndTestSet_SaysTheScoreAndKeepsTheModel()
    {
        var (labels, test) = (Write("labels.jsonl", TaskSplit.Train, 40), Write("test.jsonl", TaskSplit.Test, 12));
        var kept = Path.Combine(_model.Folder, "out");
        string[] arguments = Arguments(labels, "--test", test, "--size", "24", "--training", "ia3", "--out", kept);
        var json = CommandLineTests.Json(arguments);
        var result = json.GetProperty("result");
        Assert.Equal((16, 12), (result.GetProperty("examples").GetInt32(), result.GetProperty("tested").GetInt32()));
        Assert.Equal(12, result.GetProperty("predictions").GetArrayLength());
        Assert.Equal(16, json.GetProperty("point").GetProperty("examples").GetInt32());
        Assert.True(File.Exists(Path.Combine(kept, "model", "adapter_config.json")));
        // the check has ended in that folder: it is told again, not made again
        var (code, text, _) = CommandLineTests.Run(arguments);
        Assert.Equal(0, code);
        Assert.Contains("Share of the way ", text);
        Assert.Contains(Path.Combine(kept, "model"), text);
    }

    [Fact]
    public void Check_TooFewRandomLabels_Exits2AndSaysHowMany()
    {
        var (code, text, error) = CommandLineTests.Run(Arguments(Write("labels.jsonl", TaskSplit.Train, 40, low: 20)));
        Assert.Equal((2, ""), (code, text));
        Assert.Contains("32 at least; there are 20. A test set of its own (--test)", error);
    }

    [Theory]
    [InlineData("{\"text\":\"b\",\"ground_truth\":\"no\",\"random\":\"yes\"}", "line 2: \"random\" is a text, expected true or false")]
    [InlineData("{\"text\":\"b\"}", "line 2: expected an object with the text \"ground_truth\"")]
    public void Check_LineThatIsWrong_Exits2WithFileAndLine(string line, string said)
    {
        var path = Path.Combine(_model.Folder, "labels.jsonl");
        File.WriteAllLines(path, ["{\"text\":\"a\",\"ground_truth\":\"yes\"}", line]);
        var (code, _, error) = CommandLineTests.Run(Arguments(path));
        Assert.Equal(2, code);
        Assert.Contains($"{path}, {said}", error);
    }

    [Fact]
    public void Check_SizeWithoutTestSetOrFullPrompts_Exits2()
    {
        var labels = Write("labels.jsonl", TaskSplit.Train, 40);
        Assert.Contains("--size needs --test", CommandLineTests.Run(Arguments(labels, "--size", "20")).Error);
        File.WriteAllText(labels, "{\"input_text\":\"a\",\"ground_truth\":\"yes\"}");
        var (code, _, error) = CommandLineTests.Run(Arguments(labels));
        Assert.Equal(2, code);
        Assert.Contains($"{labels}, line 1: a check needs \"text\"", error);
    }

    public void Dispose() => _model.Dispose();
}
