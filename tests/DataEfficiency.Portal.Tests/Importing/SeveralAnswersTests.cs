using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Files whose rows name several labels at once, for a task whose answers are sets.</summary>
public sealed class SeveralAnswersTests
{
    private const string Lists = """
        {"text":"one","label":["travel","food"]}
        {"text":"two","label":["food","hotels"]}
        {"text":"three","label":"food"}
        {"text":"four","label":[]}
        """;

    [Fact]
    public async Task Import_ListsOfLabels_AreSetsAndAStrangeLabelIsARowError()
    {
        await using var pool = await PoolFixture.StartAsync("food", "travel");
        await SetKindAsync(pool);

        var import = await pool.ImportAsync(Lists, "a.jsonl", AnswerUse.Labels);

        Assert.Equal((3, 1), (import.Added, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Contains("hotels", (await db.ImportIssues.SingleAsync()).Reason);
        var ids = await db.Labels.OrderBy(l => l.Id).Select(l => l.Id).ToListAsync();
        Assert.Equal([("one", "food; travel", $$"""{"labels":[{{ids[0]}},{{ids[1]}}]}"""),
            ("three", "food", $$"""{"labels":[{{ids[0]}}]}""")],
            (await db.Answers.Where(a => a.Current).Join(db.Items, a => a.ItemId, i => i.Id, (a, i) => new { i.Text, a.AnswerText,
                a.AnswerJson }).OrderBy(a => a.Text).ToListAsync()).Select(a => (a.Text, a.AnswerText, a.AnswerJson)));
        Assert.Equal(3, await db.AnswerParts.CountAsync());
        Assert.Equal(["food", "food; travel"], await db.Finals.Select(f => f.AnswerText).OrderBy(t => t).ToListAsync());
    }

    [Fact]
    public async Task Import_CellsOfSeveralLabels_AreOneGoldAnswerEach()
    {
        await using var pool = await PoolFixture.StartAsync("food", "travel");
        await SetKindAsync(pool);

        await pool.ImportAsync("text,label\none,travel | food\ntwo,food;travel\nthree,travel\n", "a.csv", AnswerUse.HiddenGold);

        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(["food; travel", "food; travel", "travel"],
            await db.Items.OrderBy(i => i.Line).Select(i => i.Gold).ToListAsync());
        Assert.All(await db.Items.ToListAsync(), i => Assert.Null(i.RightAnswers));
    }

    [Fact]
    public void Values_OfSeveralInACell_AreCountedOneByOne()
    {
        var mapping = new ColumnMapping(new SourceFormat(FileKind.Delimited), "text", Answer: "label", Several: true);
        var values = AnswerValues.Of(() => new MemoryStream("text,label\none,travel;food\ntwo,food\n"u8.ToArray()), mapping,
            CancellationToken.None);

        Assert.Equal([("food", 2), ("travel", 1)], values.Values);
    }

    private static async Task SetKindAsync(PoolFixture pool, TaskType kind = TaskType.MultiLabel)
    {
        await using var db = await pool.Portal.OpenDbAsync();
        await db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.TaskType, kind));
    }
}
