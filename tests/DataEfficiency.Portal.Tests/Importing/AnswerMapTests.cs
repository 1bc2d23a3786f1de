using System.Text;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Source value, label and answer text are three things: what people call a label moves neither gold nor rankings.</summary>
public sealed class AnswerMapTests
{
    private const string Numbers = "text,label\none text,0\ntwo texts,1\nthree texts,0\nfour texts,2\nfive texts,\n";

    [Fact]
    public void Form_FriendlyNamesOverNumbers_KeepTheAnswerTexts()
    {
        var (form, map) = Taken(Numbers);

        form.Answers[0].Rename("refund");
        form.Answers[1].Rename("card arrival");

        Assert.Equal([("refund", "0"), ("card arrival", "1"), ("2", "2")], form.Answers.Select(a => (a.Name, a.AnswerText)));
        Assert.Empty(map.WithoutLabel);
        Assert.Equal([("0", "0"), ("1", "1"), ("2", "2")], map.ToValues().OrderBy(v => v.Key).Select(v => (v.Key, v.Value!)));
    }

    [Fact]
    public void Form_TypedAnswer_ItsTextFollowsUntilSomebodyChangesIt()
    {
        var typed = new AnswerDraft();
        typed.Rename("refnd");
        typed.Rename("refund");
        var stored = new AnswerDraft { Id = 7, Name = "refund", AnswerText = "refund" };
        stored.Rename("money back");

        Assert.Equal(("refund", "refund"), (typed.Name, typed.AnswerText));
        Assert.Equal(("money back", "refund"), (stored.Name, stored.AnswerText));
    }

    [Fact]
    public void Map_ValuesWithoutLabel_AreCountedOverTheWholeFile()
    {
        var (form, map) = Taken(Numbers);

        form.Answers.RemoveAll(a => a.AnswerText == "0");
        Assert.Equal([("0", 2)], map.WithoutLabel);
        map.Choose("2", null);
        Assert.Equal([("0", 2), ("2", 1)], map.WithoutLabel);
        map.Choose("0", form.Answers[0]);
        form.Answers[0].AnswerText = "first";
        Assert.Equal([("0", "first"), ("1", "first"), ("2", null)], map.ToValues().OrderBy(v => v.Key).Select(v => (v.Key, v.Value)));
        form.Answers.AddRange(map.Extend());
        Assert.Empty(map.WithoutLabel);
        Assert.Equal(1, map.Values.Unlabelled);
    }

    [Fact]
    public void Values_ThatDifferInCaseOnly_AreOneLabel()
    {
        var (form, _) = Taken("text,label\na b,Refund\nc d,refund\ne f,lid\n");

        Assert.Equal(2, form.Answers.Count);
        Assert.DoesNotContain("Answers", form.Validate(false).Keys);
    }

    [Fact]
    public async Task Import_MappedValues_GoldIsTheLabelsTextWhateverTheLabelIsCalled()
    {
        await using var pool = await PoolFixture.StartAsync("refund", "card arrival");

        var import = await pool.ImportAsync(Numbers, "a.csv", AnswerUse.HiddenGold,
            m => m with { Values = new Dictionary<string, string?> { ["0"] = "refund", ["1"] = "card arrival", ["2"] = null } });

        Assert.Equal((WorkState.Done, 5, 0), (import.State, import.Added, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(["refund", "card arrival", "refund", null, null], await db.Items.OrderBy(i => i.Line).Select(i => i.Gold)
            .ToListAsync());
        Assert.Equal(RowFault.UnknownAnswer, (await db.ImportIssues.SingleAsync()).Code);
    }

    [Fact]
    public async Task Settings_LabelsRenamed_AskForNoRankingAndLeaveGoldAlone()
    {
        await using var pool = await PoolFixture.StartAsync("0", "1", "2");
        await pool.ImportAsync(Numbers, "a.csv", AnswerUse.HiddenGold);
        var service = pool.Portal.Services.GetRequiredService<ProjectService>();
        var (_, form, _) = (await service.FindAsync(pool.ProjectId))!.Value;
        form.Model = "BundledModel";
        Assert.Null(await service.SaveAsync(pool.ProjectId, form, pool.LeadId, await service.CompareAsync(pool.ProjectId, form)));
        (_, form, _) = (await service.FindAsync(pool.ProjectId))!.Value;

        form.Answers[0].Rename("refund");
        var change = await service.CompareAsync(pool.ProjectId, form);
        Assert.Null(await service.SaveAsync(pool.ProjectId, form, pool.LeadId, await service.CompareAsync(pool.ProjectId, form)));
        var second = await pool.ImportAsync("text,label\nsix texts,0\n", "b.csv", AnswerUse.HiddenGold);

        Assert.Equal((false, 0), (change.Reranks, change.Fields.Count));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(["0", "1", "0", "2", null, "0"], await db.Items.OrderBy(i => i.ImportId).ThenBy(i => i.Line).Select(i => i.Gold)
            .ToListAsync());
        Assert.Equal(0, await db.ImportIssues.CountAsync());
        Assert.Equal(("refund", "0"), await db.Labels.OrderBy(l => l.Order).Select(l => ValueTuple.Create(l.Name, l.AnswerText))
            .FirstAsync());
    }

    private static (ProjectForm Form, AnswerMap Map) Taken(string content)
    {
        var form = new ProjectForm();
        var open = () => (Stream)new MemoryStream(Encoding.UTF8.GetBytes(content));
        var values = AnswerValues.Of(open, ImportPreview.Of(open, "a.csv").Proposed, CancellationToken.None);
        form.TakeOver(values);
        return (form, new AnswerMap(values, () => form.Answers));
    }
}
