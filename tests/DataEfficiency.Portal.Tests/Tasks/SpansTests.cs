using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Xunit;

namespace DataEfficiency.Portal.Tests.Tasks;

public sealed class SpansTests
{
    private const string Trip = "From Rome to Rome";

    private static readonly ITaskKind Kind = TaskKinds.Of(TaskType.Spans);

    private static readonly Label[] Labels =
    [
        new() { Id = 3, Name = "City", AnswerText = "city" }, new() { Id = 4, Name = "Person", AnswerText = "person", Order = 1 },
        new() { Id = 5, Name = "Old", AnswerText = "old", Retired = true },
    ];

    // what one sees as a character is one to five code points and one to eight units of UTF-16
    [Theory]
    [InlineData("👨‍👩‍👧 in Rome", 9, 13, "Rome")]
    [InlineData("👨‍👩‍👧 in Rome", 0, 5, "👨‍👩‍👧")]
    [InlineData("🇩🇪 Berlin", 3, 9, "Berlin")]
    [InlineData("Cafe\u0301 Paris", 6, 11, "Paris")]
    [InlineData("Cafe\u0301 Paris", 0, 5, "Cafe\u0301")]
    [InlineData("one\r\nRome", 5, 9, "Rome")]
    [InlineData("New  York\r\nCity", 0, 15, "New York City")]
    [InlineData("في القاهرة", 3, 10, "القاهرة")]
    [InlineData("東京へ行く", 0, 2, "東京")]
    public void Read_PlacesInCodePoints_NameTheWordsThere(string text, int start, int end, string words)
    {
        var (answer, problem) = Read(text, $$"""{"spans":[{"label":3,"start":{{start}},"end":{{end}}}]}""");

        Assert.Null(problem);
        Assert.Equal(new ReadAnswer($$$"""{"spans":[{"start":{{{start}}},"end":{{{end}}},"label":3}]}""", null,
            $"{words} -> city"), answer);
    }

    [Theory]
    [InlineData("""{"spans":[{"start":0,"end":18,"label":3}]}""", "does not lie in the text, which has 17 code points")]
    [InlineData("""{"spans":[{"start":4,"end":4,"label":3}]}""", "does not lie in the text")]
    [InlineData("""{"spans":[{"start":-1,"end":4,"label":3}]}""", "does not lie in the text")]
    [InlineData("""{"spans":[{"start":0.5,"end":4,"label":3}]}""", "Marked parts need")]
    [InlineData("""{"spans":[[0,4,"city"]]}""", "Marked parts need")]
    [InlineData("""{"labels":[3]}""", "Marked parts need")]
    [InlineData("""{"spans":[{"start":0,"end":4,"label":9}]}""", "Answer 9 is not in this project's list")]
    [InlineData("""{"spans":[{"start":0,"end":4,"label":5}]}""", "“Old” was retired")]
    public void Read_WhatMarksNothingInTheText_IsRefusedInWords(string sent, string words) =>
        Assert.Contains(words, Read(Trip, sent).Problem!.ToString());

    [Theory]
    [InlineData(false, 4, 9, "“From Rome” and “Rome” lie over each other")]
    [InlineData(true, 4, 9, null)]
    [InlineData(true, 3, 9, "“Rome” and “Rome” lie over each other")]
    public void Read_PartsOverEachOther_AreTheProjectsToAllow(bool overlap, int first, int end, string? words)
    {
        var from = first == 3 ? 5 : 0;
        var problem = Read(Trip,
            $$$"""{"spans":[{"start":5,"end":9,"label":3},{"start":{{{from}}},"end":{{{end}}},"label":{{{first}}}}]}""",
            new Project { SpansOverlap = overlap }).Problem?.ToString();

        if (words is null) Assert.Null(problem);
        else Assert.Contains(words, problem);
    }

    [Fact]
    public void TextNow_RewordedLabels_KeepTheWordsOfTheText()
    {
        var answer = Given(Read(Trip, """{"spans":[{"start":13,"end":17,"label":3},{"start":5,"end":9,"label":4}]}""").Answer!);
        Label[] now = [new() { Id = 3, Name = "Town", AnswerText = "town" }, Labels[1]];

        Assert.Equal("Rome -> person\nRome -> city", answer.AnswerText);
        Assert.Equal("Rome -> person\nRome -> town", Kind.TextNow(answer, now));
        Assert.Equal("Rome → Person, Rome → Town", Kind.Words(answer, now));
        Assert.Equal([(5, 9, 4), (13, 17, 3)], Kind.Parts(answer).Select(p => (p.Start!.Value, p.End!.Value, p.LabelId!.Value)));
    }

    [Fact]
    public void Nothing_Marked_IsAnAnswerWithAWord()
    {
        var answer = Given(Read(Trip, """{"spans":[]}""").Answer!);

        Assert.Equal(("none", "none", "nothing marked"), (answer.AnswerText, Kind.TextNow(answer, Labels), Kind.Words(answer, Labels)));
        Assert.Empty(Kind.Parts(answer));
    }

    // words with their labels: a part that is too long by a word is nearly right, one with another label is not
    [Theory]
    [InlineData("New York -> city\nRome -> city", "New York -> city\nRome -> city", 1)]
    [InlineData("rome -> City\nNew York -> city", "New York -> city\nRome -> city", 1)]
    [InlineData("York -> city", "New York -> city", 2 / 3.0)]
    [InlineData("to New York -> city", "New York -> city", .8)]
    [InlineData("New York -> river", "New York -> city", 0)]
    [InlineData("Rome -> city\nRome -> city", "Rome -> city", 2 / 3.0)]
    [InlineData("none", "none", 1)]
    [InlineData("none", "Rome -> city", 0)]
    [InlineData("Rome", "Rome -> city", 0)]
    public void F1_OfWhatTheModelWrote_CountsTheMarkedWords(string predicted, string right, double f1) =>
        Assert.Equal(f1, Kind.F1(predicted, right)!.Value, 9);

    [Theory]
    [InlineData("Rome -> city\nRome -> City.", """{"spans":[{"start":5,"end":9,"label":3},{"start":13,"end":17,"label":3}]}""")]
    [InlineData("none", """{"spans":[]}""")]
    [InlineData("Paris -> city", null)]
    [InlineData("Rome -> river", null)]
    [InlineData("city", null)]
    public void Suggest_TheModelsLines_OnlyWhereTheirWordsStandInTheText(string said, string? answer) =>
        Assert.Equal(answer, Kind.Suggest(new Project(), Labels, Trip, said)?.GetRawText());

    [Fact]
    public void Suggest_BehindAnEmoji_CountsInCodePoints() => Assert.Equal("""{"spans":[{"start":9,"end":13,"label":3}]}""",
        Kind.Suggest(new Project(), Labels, "👨‍👩‍👧 in Rome", "Rome -> city")!.Value.GetRawText());

    private static (ReadAnswer? Answer, DataEfficiency.Portal.Sentences.Said? Problem) Read(string text, string json,
        Project? project = null) =>
        Kind.Read(project ?? new Project(), Labels, text, JsonSerializer.Deserialize<JsonElement>(json), 2000);

    private static Answer Given(ReadAnswer read) => new() { AnswerJson = read.Json, AnswerText = read.Text };
}
