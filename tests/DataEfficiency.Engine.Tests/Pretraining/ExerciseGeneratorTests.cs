
using DataEfficiency.Engine.Pretraining;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Tests.Pretraining;

public sealed class ExerciseGeneratorTests
{
    private static readonly string[] Words = [.. Enumerable.Range(0, 300).Select(i => $"w{(char)('a' + i % 26)}{(char)('a' + i / 26)}")];
    private static readonly (string?, string)[] Passages =
        [("novel", "Call me Ishmael for some years ago never mind how long."),
            ("speech", "My fellow citizens we meet again in a time of trial.")];

    private static List<Exercise> Many(string seed)
    {
        var generator = new ExerciseGenerator(Words, Passages, seed);
        return [.. Enumerable.Range(0, 2000).Select(_ => generator.Next())];
    }

    [Fact]
    public void Next_SameSeed_SameExercises()
    {
        // Compared as text: the records hold lists.
        static IEnumerable<string> Told(string seed) =>
            Many(seed).Select(e => $"{e.Task.Instruction}|{string.Join(';', e.Task.Answers ?? [])}|{e.Text}|{e.Answer}");
        Assert.Equal(Told("a"), Told("a"));
        Assert.NotEqual(Told("a"), Told("b"));
    }

    [Fact]
    public void Next_FixedAnswers_HoldTheAnswerOnce() =>
        Assert.All(Many("c").Where(e => e.Task.Answers is not null), e => Assert.Single(e.Task.Answers!, a => a == e.Answer));

    [Fact]
    public void Next_AnyExercise_IsNoReferenceTask()
    {
        var taught = ReferenceTaskList.All.Select(t => t.Prompt.Instruction).ToHashSet();
        Assert.All(Many("d"), e => Assert.DoesNotContain(e.Task.Instruction, taught));
        Assert.All(Many("e"), e => Assert.NotEmpty(e.Answer));
    }
}
