using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.ReferenceTasks;

public class LabelledTaskTests
{
    private static readonly TaskPrompt Prompt = new("Even or odd?", ["even", "odd"]);

    private static Example[] Texts(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Example($"text {i}", Prompt.Answers![i % 2]))];

    [Fact]
    public void Generate_AnySplit_IsAPrefixOfALongerOneAndSharesNoText()
    {
        var task = new LabelledTask("own", Prompt, [.. Texts(400), .. Texts(10)]);
        var splits = Enum.GetValues<TaskSplit>().Select(s => task.Generate(s, int.MaxValue, 1)).ToArray();
        Assert.Equal(400, splits.Sum(s => s.Count));
        Assert.Equal(400, splits.SelectMany(s => s.Select(e => e.Text)).Distinct().Count());
        Assert.InRange(splits[0].Count, 200, 280);
        Assert.Equal(splits[0].Count, task.Most(TaskSplit.Train));
        Assert.Equal(splits[0].Take(50), task.Generate(TaskSplit.Train, 50, 1));
        Assert.NotEqual(splits[0].Take(50), task.Generate(TaskSplit.Train, 50, 2));
        // a file in another order is the same set
        var turned = new LabelledTask("own", Prompt, [.. Texts(400).Reverse()]);
        Assert.Equal(task.Key, turned.Key);
        Assert.Equal(splits[1], turned.Generate(TaskSplit.Validation, int.MaxValue, 1));
    }

    [Fact]
    public void New_TooFewOrAForeignAnswer_SaysWhatIsMissing()
    {
        string Refusal(Example[] examples, double ceiling = 1) =>
            Assert.Throws<ArgumentException>(() => new LabelledTask("own", Prompt, examples, ceiling)).Message;
        Assert.Contains("199 different labelled texts; a curve needs at least 200", Refusal([.. Texts(199), .. Texts(50)]));
        Assert.Contains("\"prime\" is not one of even; odd", Refusal([.. Texts(300), new("text 7", "prime")]));
        Assert.Contains("ceiling of 0", Refusal(Texts(300), 0));
    }
}
