using System.Text.Json;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Texts that several columns make: pairs of sentences, a question with its passage.</summary>
public sealed class TextPairTests
{
    private const string Rte = """
        {"premise": "The kettle was cold all day.", "hypothesis": "It was not warm.", "label": "refund", "idx": 1}
        {"premise": "The kettle was cold all day.", "hypothesis": "It was on fire.", "label": "card arrival", "idx": 2}
        {"premise": "The kettle was cold all day.", "hypothesis": "It was not warm.", "label": "refund", "idx": 3}

        """;

    [Theory]
    [InlineData("premise,hypothesis,label\nthe kettle is cold now,it is not warm,0\n", "premise: {premise}\nhypothesis: {hypothesis}")]
    [InlineData("index\tsentence1\tsentence2\tlabel\n0\tthe kettle is cold\tit is not warm\tentailment\n",
        "sentence1: {sentence1}\nsentence2: {sentence2}")]
    [InlineData("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t70\t71\tHe said \"so\tHe said that\n",
        "#1 String: {#1 String}\n#2 String: {#2 String}")]
    [InlineData("Class Index,Title,Description\n3,Wall St. goes back again,Short sellers are seeing green again\n",
        "Title: {Title}\nDescription: {Description}")]
    [InlineData("text,label,source\nthe kettle is cold now,0,a web form\n", null)]
    public void Guess_ColumnsOfAPair_MakeATemplateWithTheirNames(string content, string? template) =>
        Assert.Equal(template, ReadFile.Of(content, content.Contains('\t') ? "a.tsv" : "a.csv").Preview.Proposed.Template);

    [Theory]
    [InlineData("premise {premise}")]
    [InlineData("premise: premise")]
    [InlineData(": {premise}")]
    [InlineData("")]
    [InlineData("a: {x}\na: {y}")]
    public void Template_ThatCannotBeRead_SaysWhatALineIs(string template) =>
        Assert.Throws<ImportException>(() => TextTemplate.Parse(template));

    [Fact]
    public void Template_NamesOfColumnsWithSigns_AreTaken() =>
        Assert.Equal([("first", "#1 String"), ("second", "a: {b}")], TextTemplate.Parse("first: {#1 String}\nsecond: {a: {b}}").Parts);

    [Fact]
    public async Task Import_PairsThatShareOneText_AreItemsEachAndOnlyEqualWholesAreDuplicates()
    {
        await using var pool = await PoolFixture.StartAsync();

        var import = await pool.ImportAsync(Rte, "rte.jsonl", AnswerUse.HiddenGold);

        Assert.Equal((WorkState.Done, 2, 1, 0), (import.State, import.Added, import.Duplicates, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        var item = await db.Items.OrderBy(i => i.Line).FirstAsync();
        Assert.Equal("premise: The kettle was cold all day.\nhypothesis: It was not warm.", item.Text);
        var parts = JsonSerializer.Deserialize<JsonElement>(item.Parts!).EnumerateArray()
            .Select(p => (p.GetProperty("name").GetString(), p.GetProperty("text").GetString()));
        Assert.Equal([("premise", "The kettle was cold all day."), ("hypothesis", "It was not warm.")], parts);
        Assert.Equal(("1", "refund"), (item.ExternalId, item.Gold));
        Assert.Null(item.Metadata);
    }

    [Fact]
    public async Task Import_AnUnknownColumnInTheTemplate_IsRefusedBeforeItStarts()
    {
        await using var pool = await PoolFixture.StartAsync();

        var refused = await Assert.ThrowsAsync<ImportException>(() =>
            pool.StartAsync(Rte, "rte.jsonl", AnswerUse.Ignore, m => m with { Template = "a: {premise}\nb: {nothing}" }));

        Assert.Contains("'nothing'", refused.Message);
    }

    [Fact]
    public async Task Import_PartOfARowEmpty_LeavesItsLineOut()
    {
        await using var pool = await PoolFixture.StartAsync();

        await pool.ImportAsync("premise,hypothesis\nthe kettle is cold,\n,\nthe lid is loose,it is not tight\n", "a.csv", AnswerUse.Ignore);

        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(["premise: the kettle is cold", "premise: the lid is loose\nhypothesis: it is not tight"],
            await db.Items.OrderBy(i => i.Line).Select(i => i.Text).ToListAsync());
        Assert.Equal(RowFault.EmptyText, (await db.ImportIssues.SingleAsync()).Code);
    }

    [Fact]
    public async Task Export_OfPairs_GivesTheFieldsByName()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync(Rte, "rte.jsonl", AnswerUse.Labels);

        var lines = (await pool.Lead.GetStringAsync($"/api/v1/projects/{pool.ProjectId}/export.jsonl"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var fields = JsonSerializer.Deserialize<JsonElement>(lines[0]).GetProperty("fields");
        Assert.Equal(("The kettle was cold all day.", "It was not warm."),
            (fields.GetProperty("premise").GetString(), fields.GetProperty("hypothesis").GetString()));
    }

    [Fact]
    public async Task Import_SeveralRightAnswers_AgreeWithAnyOfThem()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("[{\"text\": \"who\", \"answers\": [\"refund\", \"card arrival\"]}, {\"text\": \"what\", \"answers\": " +
            "[\"refund\"]}]", "q.json", AnswerUse.HiddenGold);
        await using var db = await pool.Portal.OpenDbAsync();

        var items = await db.Items.OrderBy(i => i.Line).ThenBy(i => i.Id).ToListAsync();

        Assert.Equal([("refund", "[\"refund\",\"card arrival\"]"), ("refund", null)], items.Select(i => (i.Gold!, i.RightAnswers)));
        var gold = new GoldTexts(TaskKinds.Of(TaskType.SingleChoice), []);
        Assert.Equal([true, false], items.Select(i => gold.Agree(i.Gold, i.RightAnswers, new() { AnswerText = "Card arrival" })!.Value));
    }

    [Fact]
    public async Task Import_SeveralAnswersAsLabels_AreARowErrorOfAChoice()
    {
        await using var pool = await PoolFixture.StartAsync();

        var import = await pool.ImportAsync("[{\"text\": \"who\", \"answers\": [\"refund\", \"card arrival\"]}, {\"text\": \"what\", " +
            "\"answers\": [\"refund\"]}]", "q.json", AnswerUse.Labels);

        Assert.Equal((1, 1), (import.Added, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(RowFault.SeveralAnswers, (await db.ImportIssues.SingleAsync()).Code);
    }
}
