using DataEfficiency.Engine.Randomness;
using DataEfficiency.Engine.ReferenceTasks;
using Xunit;

namespace DataEfficiency.Engine.Tests;

public sealed class ReferenceTaskTests
{
    public static TheoryData<string> Names => new(ReferenceTaskList.All.Select(t => t.Name));

    [Fact]
    public void All_EnoughTasksWithDistinctNames()
    {
        Assert.True(ReferenceTaskList.All.Count >= 16 + ReferenceTaskList.LearningRateTasks.Count);
        Assert.Equal(ReferenceTaskList.All.Count, ReferenceTaskList.All.Select(t => t.Name).Distinct().Count());
        Assert.All(ReferenceTaskList.LearningRateTasks, name => ReferenceTaskList.Find(name));
    }

    [Fact]
    public void Find_UnknownName_SaysWhichThereAre()
    {
        var error = Assert.Throws<ArgumentException>(() => ReferenceTaskList.Find("bank-5"));
        Assert.Contains("bank-5", error.Message);
        Assert.Contains("bank-4", error.Message);
    }

    [Theory, MemberData(nameof(Names))]
    public void Generate_SameArguments_SameExamplesAndNestedPrefixes(string name)
    {
        var task = ReferenceTaskList.Find(name);
        var many = task.Generate(TaskSplit.Train, 60, 7);
        Assert.Equal(many, task.Generate(TaskSplit.Train, 60, 7));
        Assert.Equal(many.Take(20), task.Generate(TaskSplit.Train, 20, 7));
        Assert.NotEqual(many, task.Generate(TaskSplit.Train, 60, 8));
    }

    [Theory, MemberData(nameof(Names))]
    public void Generate_TwoSplits_ShareNoText(string name)
    {
        var task = ReferenceTaskList.Find(name);
        var sets = Enum.GetValues<TaskSplit>().Select(s => task.Generate(s, 1500, 1).Select(e => e.Text).ToHashSet()).ToList();
        Assert.Empty(sets[0].Intersect(sets[1]));
        Assert.Empty(sets[0].Intersect(sets[2]));
        Assert.Empty(sets[1].Intersect(sets[2]));
    }

    [Theory, MemberData(nameof(Names))]
    public void Generate_FiveThousand_TextsDifferAndAreShort(string name)
    {
        var examples = ReferenceTaskList.Find(name).Generate(TaskSplit.Train, 5000, 1);
        Assert.True(examples.Select(e => e.Text).Distinct().Count() >= 4000, $"{examples.Select(e => e.Text).Distinct().Count()} texts");
        Assert.All(examples, e => Assert.InRange(e.Text.Length, 4, 160));
        Assert.All(examples, e => Assert.Equal(e.Text.Trim(), e.Text));
    }

    [Theory, MemberData(nameof(Names))]
    public void Generate_FixedAnswers_AreBalanced(string name)
    {
        var task = ReferenceTaskList.Find(name);
        var examples = task.Generate(TaskSplit.Test, 8000, 1);
        if (task.Prompt.Answers is not { } answers)
        {
            Assert.All(examples, e => Assert.NotEmpty(e.Answer));
            return;
        }
        foreach (var answer in answers)
            Assert.InRange(examples.Count(e => e.Answer == answer) * answers.Count / 8000.0, .6, 1.4);
        Assert.All(examples, e => Assert.Contains(e.Answer, answers));
    }

    [Fact]
    public void Generate_NoisyLabels_CeilingIsTheShareThatKeepsTheRule()
    {
        var rule = new ReferenceTask("rule", "-", ["odd", "even"], Draw);
        var noisy = new ReferenceTask("rule", "-", ["odd", "even"], Draw, noise: .2);
        var truth = noisy.Generate(TaskSplit.Train, 4000, 3).Count(e => e.Answer == Rule(e.Text)) / 4000.0;
        Assert.Equal(noisy.Ceiling, truth, .02);
        Assert.Equal(1, rule.Ceiling);
        Assert.All(rule.Generate(TaskSplit.Train, 100, 3), e => Assert.Equal(Rule(e.Text), e.Answer));

        static string Rule(string text) => int.Parse(text) % 2 == 0 ? "even" : "odd";
        static Example Draw(TaskRandom random)
        {
            var text = $"{random.Next(1000)}{random.Next(1000)}";
            return new Example(text, Rule(text));
        }
    }

    [Fact]
    public void Generate_MoreThanTheGrammarHolds_RepeatsTexts()
    {
        var tiny = new ReferenceTask("tiny", "-", ["a"], random => new Example($"word {random.Next(30)}", "a"));
        var examples = tiny.Generate(TaskSplit.Train, 500, 1);
        Assert.Equal(500, examples.Count);
        Assert.InRange(examples.Select(e => e.Text).Distinct().Count(), 5, 29);
    }

    [Theory]
    [InlineData("parity")]
    [InlineData("counting")]
    [InlineData("web-of-lies")]
    [InlineData("date-format")]
    public void Generate_RuleTasks_AnswerFollowsFromTheText(string name)
    {
        foreach (var (text, answer) in ReferenceTaskList.Find(name).Generate(TaskSplit.Validation, 200, 5))
            Assert.Equal(Solve(name, text), answer);
    }

    // An independent reading of the texts.
    private static string Solve(string name, string text)
    {
        switch (name)
        {
            case "parity": return text.Count(c => c == '1') % 2 == 0 ? "even" : "odd";
            case "counting":
                string[] fruit = ["pear", "plum", "fig", "lemon", "melon", "cherry"];
                return new[] { "two", "three", "four", "five", "six" }[text.Split(' ', ',').Count(w => fruit.Contains(w)) - 2];
            case "date-format":
                var parts = text.Split(' ')[^1].Split('/').Select(int.Parse).ToArray();
                return parts[0] > 12 ? "day" : parts[1] > 12 ? "month" : "unclear";
            default:
                var honest = true;
                foreach (var sentence in text.Split('.', StringSplitOptions.RemoveEmptyEntries))
                {
                    var says = sentence.EndsWith("truth");
                    honest = sentence.Contains(" says ") ? honest == says : says;
                }
                return honest ? "yes" : "no";
        }
    }
}
