using System.Text.RegularExpressions;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Engine.ReferenceTasks;
using Xunit;

namespace DataEfficiency.Engine.Tests;

public sealed class ReferenceTaskTests
{
    public static TheoryData<string> Names => new(ReferenceTaskList.All.Select(t => t.Name));

    // Where the answers are not equally frequent: the share of each.
    private static readonly Dictionary<string, double[]> Shares = new() { ["safety"] = [.15, .85], ["shift-report"] = [.7, .2, .1] };

    [Fact]
    public void All_DistinctNames_24InTheFit12Outside2ForTheRate()
    {
        var (all, outside) = (ReferenceTaskList.All, ReferenceTaskList.Outside);
        Assert.Equal((24, 12, 38), (ReferenceTaskList.Fitted.Count, outside.Count, all.Count));
        Assert.Equal(38, all.Select(t => t.Name).Distinct().Count());
        Assert.Equal(all.Select(t => t.Name).Order(), ReferenceTaskList.Fitted.Concat(outside).Select(t => t.Name)
            .Concat(ReferenceTaskList.LearningRateTasks).Order());
    }

    [Fact]
    public void All_FittedAndOutside_BothHoldEveryKind()
    {
        foreach (var tasks in new[] { ReferenceTaskList.Fitted, ReferenceTaskList.Outside })
        {
            Assert.Contains(tasks, t => t.Prompt.Answers is null);
            Assert.Contains(tasks, t => t.Prompt.Answers?.Count >= 20);
            Assert.Contains(tasks, t => t.Noise > 0);
            Assert.Contains(tasks, t => Shares.ContainsKey(t.Name));
            Assert.Contains(tasks, IsPair);
        }
        Assert.True(ReferenceTaskList.All.Count(IsPair) >= 3);
        Assert.True(ReferenceTaskList.All.Count(t => t.Prompt.Answers is null) >= 4);

        static bool IsPair(ReferenceTask task) => task.Generate(TaskSplit.Train, 50, 1)
            .All(e => e.Text.Split('\n') is [var one, var two] && one.Contains(": ") && two.Contains(": "));
    }

    // A text of a shared template would share runs of four words.
    [Fact]
    public void Outside_RunsOfFourWords_AreNotThoseOfTheFittedTasks()
    {
        var fitted = ReferenceTaskList.Fitted.SelectMany(Runs).ToHashSet();
        foreach (var task in ReferenceTaskList.Outside)
        {
            var runs = Runs(task).ToList();
            Assert.True(runs.Count(fitted.Contains) <= .005 * runs.Count, $"{task.Name}: {runs.Count(fitted.Contains)} of {runs.Count}");
        }

        static IEnumerable<string> Runs(ReferenceTask task) => task.Generate(TaskSplit.Train, 1000, 1).SelectMany(e =>
        {
            var words = e.Text.ToLowerInvariant().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            return Enumerable.Range(0, Math.Max(0, words.Length - 3)).Select(i => string.Join(' ', words[i..(i + 4)]));
        });
    }

    [Fact]
    public void Outside_AnswersAndInstructions_AreNotThoseOfTheFittedTasks()
    {
        var fitted = ReferenceTaskList.Fitted.Select(t => t.Prompt.Instruction).ToHashSet();
        Assert.All(ReferenceTaskList.Outside, t => Assert.DoesNotContain(t.Prompt.Instruction, fitted));
        var sets = ReferenceTaskList.Fitted.Where(t => t.Prompt.Answers?.Count > 2).Select(t => t.Prompt.Answers!.ToHashSet()).ToList();
        Assert.All(ReferenceTaskList.Outside.Where(t => t.Prompt.Answers?.Count > 2),
            t => Assert.DoesNotContain(sets, s => s.SetEquals(t.Prompt.Answers!)));
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
    public void Generate_FixedAnswers_HaveTheirShares(string name)
    {
        var task = ReferenceTaskList.Find(name);
        // of few answers each has many
        var count = task.Prompt.Answers?.Count > 10 ? 8000 : 2000;
        var examples = task.Generate(TaskSplit.Test, count, 1);
        if (task.Prompt.Answers is not { } answers)
        {
            Assert.All(examples, e => Assert.NotEmpty(e.Answer));
            return;
        }
        for (var i = 0; i < answers.Count; i++)
        {
            var share = Shares.TryGetValue(name, out var shares) ? shares[i] : 1.0 / answers.Count;
            Assert.InRange(examples.Count(e => e.Answer == answers[i]) / (double)count / share, .6, 1.4);
        }
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
    [InlineData("rising")]
    [InlineData("heavier")]
    [InlineData("clock-sum")]
    [InlineData("brackets")]
    [InlineData("last-item")]
    [InlineData("debtor")]
    [InlineData("booking-day")]
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
            case "rising":
                var numbers = text.Split(", ").Select(int.Parse).ToList();
                return numbers.Zip(numbers.Skip(1)).All(p => p.First < p.Second) ? "yes" : "no";
            case "heavier":
                var loads = Regex.Matches(text, "[0-9]+").Select(m => int.Parse(m.Value)).ToArray();
                return loads[0] > loads[1] ? "first" : "second";
            case "clock-sum":
                string[] hours = [.. ReferenceTaskList.Find(name).Prompt.Answers!];
                var told = Regex.Matches(text, @"\b[a-z]+\b").Select(m => Array.IndexOf(hours, m.Value) + 1).Where(h => h > 0).ToArray();
                return hours[(told[0] + told[1] - 1) % 12];
            case "brackets":
                var left = text.Replace(" ", "");
                for (var i = 0; i < 6; i++) left = left.Replace("()", "").Replace("[]", "");
                return left == "" ? "yes" : "no";
            case "last-item": return text.Split(' ')[^1];
            case "debtor":
                return Regex.Match(text, "[Bb]y ([A-Z][a-z]+)").Groups[1].Value;
            case "booking-day":
                var days = Regex.Matches(text, "[A-Z][a-z]+day");
                return days[text.Contains(" from ") ? 1 : 0].Value;
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
