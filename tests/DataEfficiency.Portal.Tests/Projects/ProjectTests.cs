using System.Net;
using System.Net.Http.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tests.Importing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Projects;

public sealed class ProjectTests
{
    [Fact]
    public async Task Delete_ProjectWithItemsAndLabels_RemovesItsRowsAndKeepsTheAudit()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync(PoolFixture.Rows(1200), "a.csv", AnswerUse.Labels);
        var service = pool.Portal.Services.GetRequiredService<ProjectService>();

        await service.DeleteAsync(pool.ProjectId, pool.LeadId);

        Assert.Equal(HttpStatusCode.NotFound, (await pool.Lead.GetAsync($"/api/v1/projects/{pool.ProjectId}/export.jsonl")).StatusCode);
        using var limit = new CancellationTokenSource(Patience.Long);
        await using var db = await pool.Portal.OpenDbAsync();
        while (await db.Projects.AnyAsync()) await Task.Delay(20, limit.Token);
        Assert.Equal((0, 0, 0, 0, 0), (await db.Items.CountAsync(), await db.Slots.CountAsync(), await db.Answers.CountAsync(),
            await db.Imports.CountAsync(), await db.Labels.CountAsync()));
        Assert.Contains("project.deleted", await db.Audit.Select(a => a.What).ToListAsync());
    }

    [Fact]
    public async Task Sample_Made_IsImportedWithHiddenGoldAndReadyToLabel()
    {
        await using var portal = new PortalFactory();
        var lead = await portal.AddPersonAsync("lead@example.org", GlobalRoles.Admin);

        var id = await portal.Services.GetRequiredService<SampleProject>().CreateAsync(lead.Id);

        var imports = portal.Services.GetRequiredService<ImportService>();
        using var limit = new CancellationTokenSource(Patience.Long);
        while ((await imports.ListAsync(id, limit.Token)).Single().State is WorkState.Queued or WorkState.Running) await Task.Delay(20,
            limit.Token);
        await using var db = await portal.OpenDbAsync();
        var project = await db.Projects.SingleAsync();
        Assert.Equal((ProjectState.Active, true), (project.State, project.IsSample));
        Assert.InRange(project.ItemCount, 400, 600);
        Assert.Equal(12, await db.Labels.CountAsync());
        Assert.Equal(project.ItemCount, await db.Items.CountAsync(i => i.Gold != null));
        Assert.Equal(project.ItemCount, await db.Slots.CountAsync(s => s.AnswerId == null));
    }

    [Fact]
    public async Task Compare_NewAnswerText_RanksAgainButANewNameDoesNot()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("text\none\n", "a.csv", AnswerUse.Ignore);
        var service = pool.Portal.Services.GetRequiredService<ProjectService>();
        var (_, form, _) = (await service.FindAsync(pool.ProjectId))!.Value;
        form.Answers[0].Name = "Refunds";

        var named = await service.CompareAsync(pool.ProjectId, form);
        form.Answers[0].AnswerText = "refund please";
        var reworded = await service.CompareAsync(pool.ProjectId, form);

        Assert.False(named.Reranks);
        Assert.Equal((true, "answers"), (reworded.Reranks, Assert.Single(reworded.Fields)));
    }

    [Fact]
    public async Task Save_GroupDescriptionAndColour_ReachTheLabelPageInANewVersion()
    {
        await using var pool = await PoolFixture.StartAsync("refund", "card arrival");
        var service = pool.Portal.Services.GetRequiredService<ProjectService>();
        var (_, form, _) = (await service.FindAsync(pool.ProjectId))!.Value;
        (form.Answers[1].Group, form.Answers[1].Description, form.Answers[1].Colour) = ("Cards", "a card that has not come", "#2F5bea");

        // nothing of it is the model's: nothing is ranked anew, and nobody is asked
        Assert.Null(await service.SaveAsync(pool.ProjectId, form, pool.LeadId));

        var deck = await pool.Lead.PostAsJsonAsync($"/api/v1/projects/{pool.ProjectId}/deck",
            new DeckRequest("t", [], [], 0, WithSchema: true));
        var schema = (await deck.Content.ReadFromJsonAsync<DeckReply>())!.Schema!;
        Assert.Equal(("Cards", "a card that has not come", "#2F5bea"),
            (schema.Choices[1].Group, schema.Choices[1].Description, schema.Choices[1].Colour));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal("#2F5bea", (await db.SchemaLabels.SingleAsync(l => l.LabelId == schema.Choices[1].Id
            && db.Schemas.Any(s => s.Id == l.SchemaId && s.Version == schema.Version))).Colour);
        var again = (await service.FindAsync(pool.ProjectId))!.Value.Form.Answers[1];
        Assert.Equal(("Cards", "#2F5bea"), (again.Group, again.Colour));
    }

    [Theory]
    [InlineData("red", false)]
    [InlineData("#2f5bea;background:url(x)", false)]
    [InlineData("#2f5bea", true)]
    [InlineData(null, true)]
    public void Validate_Colour_IsOneOfAStyle(string? colour, bool right)
    {
        var form = new ProjectForm { Answers = [new() { Name = "a", AnswerText = "a", Colour = colour },
            new() { Name = "b", AnswerText = "b" }] };

        Assert.Equal(right, !form.Validate(hasGold: false).ContainsKey(nameof(ProjectForm.Answers)));
    }

    [Theory]
    [InlineData(0, null, true)]
    [InlineData(1, 2, true)]
    [InlineData(2, 1, false)]
    [InlineData(-1, null, false)]
    [InlineData(0, 0, false)]
    [InlineData(0, 3, false)]
    [InlineData(null, null, false)]
    public void Validate_LabelsOfOneAnswer_FitTheAnswerSet(int? least, int? most, bool right)
    {
        var form = new ProjectForm { TaskType = TaskType.MultiLabel, LeastLabels = least, MostLabels = most,
            Answers = [new() { Name = "a", AnswerText = "a" }, new() { Name = "b", AnswerText = "b" }] };

        Assert.Equal(right, !form.Validate(hasGold: false).ContainsKey(nameof(ProjectForm.MostLabels)));
        form.Answers[1].AnswerText = "b; c";
        Assert.Contains("semicolon", form.Validate(hasGold: false)[nameof(ProjectForm.Answers)]);
    }

    [Fact]
    public async Task Save_AnswerRemoved_IsRetiredAndItsLabelsStay()
    {
        await using var pool = await PoolFixture.StartAsync("a", "b", "c");
        await pool.ImportAsync("text,label\none,c\n", "a.csv", AnswerUse.Labels);
        var service = pool.Portal.Services.GetRequiredService<ProjectService>();
        var (_, form, _) = (await service.FindAsync(pool.ProjectId))!.Value;
        form.Model = "BundledModel";
        form.Answers.RemoveAt(2);

        Assert.Null(await service.SaveAsync(pool.ProjectId, form, pool.LeadId, await service.CompareAsync(pool.ProjectId, form)));

        await using var db = await pool.Portal.OpenDbAsync();
        Assert.True((await db.Labels.SingleAsync(l => l.Name == "c")).Retired);
        Assert.Equal("c", (await db.Answers.SingleAsync()).AnswerText);
    }

    [Fact]
    public void Validate_EmptyForm_NamesEveryFieldThatIsMissing()
    {
        var wrong = new ProjectForm { MaximumBudget = 1, Currency = "euro" }.Validate(hasGold: false);

        Assert.Equal(["Answers", "Currency", "Instruction", "MaximumBudget", "Model", "Name"], wrong.Keys.Order());
    }

    [Theory]
    [InlineData(TargetInput.Share, 1.2, null, 1.0, "share")]
    [InlineData(TargetInput.Raw, .9, null, 1.0, "untrained")]
    [InlineData(TargetInput.Raw, .9, .5, .8, "above the ceiling")]
    [InlineData(TargetInput.Raw, .5, .49, .5, "2 points")]
    [InlineData(TargetInput.RawMeasured, .9, null, 1.0, "gold")]
    public void Validate_ImpossibleTarget_SaysWhy(TargetInput kind, double target, double? zeroShot, double ceiling, string says)
    {
        var form = new ProjectForm { Target = kind, TargetValue = target, ZeroShot = zeroShot, Ceiling = ceiling };

        Assert.Contains(says, form.Validate(hasGold: false)["Target"]);
    }

    [Theory]
    [InlineData(null, "(a", "", "AnswerPattern")]
    [InlineData(null, "[0-9]{4}", "1984\nlater", "Completions")]
    [InlineData(3, "", "1984", "Completions")]
    [InlineData(0, "", "", "AnswerLength")]
    [InlineData(4, "[0-9]{4}", "1984", null)]
    public void Validate_RulesOfShortAnswers_NameTheWrongField(int? length, string pattern, string completions, string? field)
    {
        var form = new ProjectForm { TaskType = TaskType.ShortAnswer, AnswerLength = length, AnswerPattern = pattern,
            Completions = completions };

        var wrong = form.Validate(hasGold: false).Keys.Where(k => k is "AnswerPattern" or "Completions" or "AnswerLength");

        Assert.Equal(field is null ? [] : [field], wrong);
    }

    [Fact]
    public async Task Items_SearchAndFilters_FindWhatTheySay()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("id,text,label\n7,fifty % off_er,refund\n8,fifty off,\n9,other,\n", "a.csv", AnswerUse.Labels);
        var items = pool.Portal.Services.GetRequiredService<ItemTable>();

        async Task<IEnumerable<string>> Texts(ItemFilter filter) =>
            (await items.PageAsync(pool.ProjectId, filter, null, CancellationToken.None)).Rows.Select(i => i.Text);

        Assert.Equal(["fifty % off_er"], await Texts(new ItemFilter { Text = "% off_" }));
        Assert.Equal(["other"], await Texts(new ItemFilter { Text = "9" }));
        Assert.Equal(["fifty % off_er"], await Texts(new ItemFilter { Status = ItemStatus.Labelled }));
        Assert.Equal(["fifty off", "other"], await Texts(new ItemFilter { Status = ItemStatus.Open }));
        Assert.Equal(3, (await items.CountAsync(pool.ProjectId, new ItemFilter(), CancellationToken.None)).Number);
    }

    [Fact]
    public async Task Pages_OfALead_OpenAndAreClosedToAnnotators()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("text,label\n<script>alert(1)</script>,refund\n", "a.csv", AnswerUse.Labels);
        var lead = await pool.Portal.SignedInAsync("lead@example.org");
        var person = await pool.Portal.AddPersonAsync("mia@example.org");
        await pool.Portal.AddMemberAsync(pool.ProjectId, person.Id, ProjectRole.Annotator);
        var annotator = await pool.Portal.SignedInAsync("mia@example.org");

        foreach (var path in new[] { "/", "/projects/new", $"/projects/{pool.ProjectId}/settings", $"/projects/{pool.ProjectId}/items" })
        {
            var page = await lead.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var html = await page.Content.ReadAsStringAsync();
            Assert.DoesNotContain("<script>alert", html);
            if (path != "/projects/new") Assert.Contains("Bank enquiries", html);
            if (path != "/") Assert.NotEqual(HttpStatusCode.OK, (await annotator.GetAsync(path)).StatusCode);
        }
    }
}
