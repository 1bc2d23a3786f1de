using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Xunit;

namespace DataEfficiency.Portal.Tests.Tasks;

public sealed class MultiLabelTests
{
    private static readonly ITaskKind Kind = TaskKinds.Of(TaskType.MultiLabel);

    // out of order on purpose: what people see first is Food
    private static readonly Label[] Labels =
    [
        Label(7, "Travel", "travel", 1), Label(9, "Food", "food", 0), Label(11, "Bank", "bank", 2),
        Label(13, "Old", "old", 3, retired: true),
    ];

    [Theory]
    [InlineData("""{"labels":[7,9]}""", """{"labels":[9,7]}""", "food; travel")]
    [InlineData("""{"labels":[11]}""", """{"labels":[11]}""", "bank")]
    [InlineData("""{"labels":[]}""", """{"labels":[]}""", "none")]
    public void Read_LabelsInAnyOrder_AreStoredAndLearnedInTheirOwn(string sent, string stored, string text)
    {
        var (answer, problem) = Read(sent);

        Assert.Null(problem);
        Assert.Equal(new ReadAnswer(stored, null, text), answer);
    }

    // 2 x common / (named + right)
    [Theory]
    [InlineData("food; travel", "food; travel", 1)]
    [InlineData("Travel; Food.", "food; travel", 1)]
    [InlineData("food; bank", "food; travel", .5)]
    [InlineData("food", "food; travel", 2 / 3.0)]
    [InlineData("food; food", "food; travel", 2 / 3.0)]
    [InlineData("none", "food", 0)]
    [InlineData("none", "none", 1)]
    [InlineData("something else", "none", 0)]
    public void F1_OfWhatTheModelWrote_CountsTheLabelsInCommon(string predicted, string right, double f1) =>
        Assert.Equal(f1, Kind.F1(predicted, right)!.Value, 9);

    [Theory]
    [InlineData("""{"label":7}""", "An answer of several labels needs")]
    [InlineData("""{"labels":7}""", "An answer of several labels needs")]
    [InlineData("""{"labels":["7"]}""", "An answer of several labels needs")]
    [InlineData("""[7]""", "An answer of several labels needs")]
    [InlineData("""{"labels":[8]}""", "Answer 8 is not in this project's list")]
    [InlineData("""{"labels":[13]}""", "“Old” was retired")]
    [InlineData("""{"labels":[7,7]}""", "“Travel” is in the answer twice")]
    public void Read_WhatIsNoSetOfLabels_IsRefusedInWords(string sent, string words) =>
        Assert.Contains(words, Read(sent).Problem!.ToString());

    [Theory]
    [InlineData("[]", "at least 1")]
    [InlineData("[7]", null)]
    [InlineData("[7,9]", null)]
    [InlineData("[7,9,11]", "at most 2")]
    public void Read_ProjectAsksForOneOrTwo_OthersAreRefused(string labels, string? words)
    {
        var problem = Read($$"""{"labels":{{labels}}}""", new Project { LeastLabels = 1, MostLabels = 2 }).Problem?.ToString();

        if (words is null) Assert.Null(problem);
        else Assert.Contains(words, problem);
    }

    [Theory]
    [InlineData("[9,7]", "[7,9]", true)]
    [InlineData("[]", "[]", true)]
    [InlineData("[9]", "[9,7]", false)]
    [InlineData("[]", "[9]", false)]
    public void Sameness_Sets_TheirOrderAside(string one, string other, bool same) =>
        Assert.Equal(same, Kind.Sameness(Given(one), MergedLabels.None)
            == Kind.Sameness(Given(other), MergedLabels.None));

    [Fact]
    public void TextNow_RewordedAndReordered_FollowsTheAnswerSet()
    {
        Label[] now = [Label(7, "Travel", "journey", 0), Label(9, "Food", "food", 1)];

        Assert.Equal("journey; food", Kind.TextNow(Given("[9,7]"), now));
        Assert.Equal("Travel, Food", Kind.Words(Given("[9,7]"), now));
        Assert.Equal(("none", "none of these"), (Kind.TextNow(Given("[]"), now), Kind.Words(Given("[]"), now)));
    }

    [Theory]
    [InlineData("travel; Food.", """{"labels":[9,7]}""")]
    [InlineData("none", """{"labels":[]}""")]
    [InlineData("travel; hotels", null)]
    [InlineData("old", null)]
    public void Suggest_TheModelsWords_OnlyWhereAllAreLabels(string said, string? answer) =>
        Assert.Equal(answer, Kind.Suggest(new Project(), Labels, "", said)?.GetRawText());

    [Theory]
    [InlineData(0, "Which?\n\nAnswer with none, one or more of: food; travel; bank")]
    [InlineData(1, "Which?\n\nAnswer with one or more of: food; travel; bank")]
    public void Prompt_ListsWhatCanBeSaidTogether(int least, string instruction)
    {
        var project = new Project { Instruction = "Which?", LeastLabels = least };

        Assert.Equal(instruction, Kind.PromptInstruction(project, Labels));
        Assert.Null(Kind.PromptAnswers(Labels));
        project.ListAnswers = false;
        Assert.Equal("Which?", Kind.PromptInstruction(project, Labels));
    }

    [Theory]
    [InlineData("a; b", true)]
    [InlineData("None", true)]
    [InlineData("a, b", false)]
    public void TextFault_WhatCouldNotBeToldApart_IsRefused(string text, bool refused) =>
        Assert.Equal(refused, Kind.TextFault(text) is not null);

    [Fact]
    public void Parts_OfASet_AreOnePerLabel() => Assert.Equal([9, 7], Kind.Parts(Given("[9,7]")).Select(p => p.LabelId!.Value));

    private static (ReadAnswer? Answer, DataEfficiency.Portal.Sentences.Said? Problem) Read(string json, Project? project = null) =>
        Kind.Read(project ?? new Project(), Labels, "", JsonSerializer.Deserialize<JsonElement>(json), 2000);

    private static Answer Given(string labels) => new() { AnswerJson = $$"""{"labels":{{labels}}}""" };

    private static Label Label(int id, string name, string text, int order, bool retired = false) =>
        new() { Id = id, Name = name, AnswerText = text, Order = order, Retired = retired };
}
