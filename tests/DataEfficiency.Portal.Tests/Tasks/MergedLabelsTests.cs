using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Xunit;

namespace DataEfficiency.Portal.Tests.Tasks;

public sealed class MergedLabelsTests
{
    // 1 counts as 2, which counts as 3
    private static readonly Label[] Labels =
    [
        new() { Id = 1, Name = "One", AnswerText = "one", Order = 0, Retired = true, MergedIntoId = 2 },
        new() { Id = 2, Name = "Two", AnswerText = "two", Order = 1, Retired = true, MergedIntoId = 3 },
        new() { Id = 3, Name = "Three", AnswerText = "three", Order = 2 }, new() { Id = 4, Name = "Four", AnswerText = "four", Order = 3 },
    ];

    private static readonly MergedLabels Merged = MergedLabels.Of(Labels);

    [Fact]
    public void Index_MergedTwice_IsTheLastAndTheWayBackNamesBoth()
    {
        Assert.Equal([3, 3, 3, 4, 99], new[] { 1, 2, 3, 4, 99 }.Select(id => Merged[id]));
        Assert.Equal([3, 1, 2], Merged.ReadAs(3).Order().OrderBy(i => i != 3));
        Assert.Same(MergedLabels.None, MergedLabels.Of(Labels[2..]));
    }

    [Theory]
    [InlineData(TaskType.SingleChoice, """{"label":1}""", "one", """{"label":3}""", "three", "Three")]
    [InlineData(TaskType.MultiLabel, """{"labels":[1,3,4]}""", "one; three; four", """{"labels":[3,4]}""", "three; four", "Three, Four")]
    [InlineData(TaskType.Spans, """{"spans":[{"start":0,"end":2,"label":1},{"start":0,"end":2,"label":2},{"start":3,"end":4,"label":4}]}""",
        "ab -> one\nab -> two\nd -> four", """{"spans":[{"start":0,"end":2,"label":3},{"start":3,"end":4,"label":4}]}""",
        "ab -> three\nd -> four", "ab → Three, d → Four")]
    public void Answer_OfMergedLabels_IsReadAsWhatTheyCountAs(TaskType type, string json, string text, string now, string learned,
        string words)
    {
        var kind = TaskKinds.Of(type);
        var (given, same) = (Given(json, text), Given(now, learned));

        Assert.Equal(now, JsonSerializer.Serialize(AnswerJson.Now(JsonSerializer.Deserialize<JsonElement>(json), Merged)));
        Assert.Equal(learned, kind.TextNow(given, Labels));
        Assert.Equal(words, kind.Words(given, Labels));
        Assert.Equal(kind.Sameness(same, Merged), kind.Sameness(given, Merged));
        Assert.NotEqual(kind.Sameness(same, MergedLabels.None), kind.Sameness(given, MergedLabels.None));
    }

    private static Answer Given(string json, string text) => new()
    {
        AnswerJson = json, AnswerText = text,
        LabelId = AnswerJson.Labels(JsonSerializer.Deserialize<JsonElement>(json)) is [var only] ? only : null,
    };
}
