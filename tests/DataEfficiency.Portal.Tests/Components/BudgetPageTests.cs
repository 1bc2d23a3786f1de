using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using DataEfficiency.Portal.Components.Pages;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

public sealed class BudgetPageTests : BunitContext, IAsyncLifetime
{
    private readonly EstimatingWorld _world = new();
    private IRenderedComponent<MudDialogProvider>? _dialogs;

    private IRenderedComponent<MudDialogProvider> Dialogs => _dialogs!;

    [Fact]
    public async Task Page_FollowsTheForecast_WithoutReload()
    {
        var project = await OpenProjectAsync();
        var page = Open(project);
        Assert.Contains("0 of 8 labels before a first band", page.Find("h2").TextContent);
        Assert.Empty(page.FindAll(".band"));

        await _world.LabelAndWaitAsync(project, 8);
        page.WaitForAssertion(() => Assert.Contains("A first band", page.Find("h2").TextContent), Patience.Long);
        Assert.NotEmpty(page.FindAll(".band"));
        Assert.Empty(page.FindAll(".needdot"));

        await _world.LabelAndWaitAsync(project, 24);
        page.WaitForAssertion(() => Assert.Contains("Even the whole pool of 400 labels may not be enough", page.Find("h2").TextContent),
            Patience.Long);
        Assert.NotEmpty(page.FindAll(".needdot"));
        Assert.Contains("three other models", page.Find(".verdict").TextContent);
        Assert.Contains("Frozen at 32", page.Markup);
        Assert.Equal(2, page.FindAll(".history tbody tr").Count);
        // numbers stay on one line; a name that does not fit is whole in its title
        Assert.Equal(2, page.FindAll(".history td.one-line").Count);
        Assert.All(page.FindAll(".names td.name"), name => Assert.Equal(name.TextContent, name.GetAttribute("title")));
        Assert.NotEmpty(page.FindAll(".names td.name"));
    }

    [Fact]
    public async Task Lead_ConfirmsTheStop_AndReopens()
    {
        var project = await OpenProjectAsync();
        await _world.WriteAsync(db => db.Projects.Where(p => p.Id == project)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.MaximumBudget, 40)));
        await _world.LabelAndWaitAsync(project, 40);
        var page = Open(project);
        Assert.Equal("Stop", page.Find(".tag").TextContent);
        Assert.Equal(ProjectState.Active, (await _world.ProjectAsync(project)).State);

        // nobody answered an item twice, and the budget ends before the forecast is sure
        Assert.Equal((3, 2), (page.FindAll(".checklist .met").Count, page.FindAll(".checklist .open").Count));
        Assert.True(page.FindAll("button").Single(b => b.TextContent == "Stop now").HasAttribute("disabled"));
        foreach (var point in new[] { "Agreement", "Early" })
        {
            await page.Find($"input[name=waive-{point}]").InputAsync("one expert, one budget");
            await page.Find($"input[name=waive-{point}]").ParentElement!.ParentElement!.QuerySelector("button")!.ClickAsync(new());
            page.WaitForAssertion(() => Assert.Empty(page.FindAll($"input[name=waive-{point}]")), Patience.Long);
        }

        // the click ends with the answer to its question
        var asked = ClickAsync(page, "Stop now");
        await ClickAsync(Dialogs, "Go on labeling");
        await asked;
        Assert.Equal(ProjectState.Active, (await _world.ProjectAsync(project)).State);
        asked = ClickAsync(page, "Stop now");
        await ClickAsync(Dialogs, "Stop now");
        await asked;
        page.WaitForAssertion(() => Assert.Equal("Stopped", page.Find(".tag").TextContent), Patience.Long);
        var stopped = await _world.ProjectAsync(project);
        Assert.Equal((ProjectState.Stopped, "lead"), (stopped.State, stopped.StoppedBy));
        Assert.NotNull(stopped.StoppedAt);
        Assert.Equal(["Ada stopped", "Ada waived the chance of being early: one expert, one budget",
            "Ada waived agreement: one expert, one budget"],
            page.FindAll(".decisions li > span").Select(d => string.Join(' ', d.TextContent.Split((char[]?)null,
                StringSplitOptions.RemoveEmptyEntries))));

        await ClickAsync(page, "Reopen labeling");
        page.WaitForAssertion(() => Assert.Equal("Stop", page.Find(".tag").TextContent), Patience.Long);
        Assert.Null((await _world.ProjectAsync(project)).StoppedAt);
    }

    [Fact]
    public async Task Viewer_ReadsTheForecast_AndHasNothingToPress()
    {
        var project = await OpenProjectAsync();
        await _world.LabelAndWaitAsync(project, 8);
        await _world.WriteAsync(db => db.Memberships.Where(m => m.ProjectId == project)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, ProjectRole.Viewer)));
        var page = Open(project);
        Assert.Contains("A first band", page.Find("h2").TextContent);
        Assert.Empty(page.FindAll("button, .btn, a[download], a[href$='/settings'], a[href$='/label'], input"));
    }

    [Fact]
    public async Task FormerLead_OnAnOpenPage_IsRefused()
    {
        var project = await OpenProjectAsync();
        var page = Open(project);
        await _world.WriteAsync(db => db.Memberships.Where(m => m.ProjectId == project).ExecuteDeleteAsync());
        await ClickAsync(page, "Rank again");
        page.WaitForAssertion(() => Assert.Contains("Only leads of this project may do that.", page.Markup), Patience.Long);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(1, await db.Jobs.CountAsync(j => j.ProjectId == project));
    }

    [Fact]
    public async Task ProjectName_WithMarkup_StaysText()
    {
        var project = await OpenProjectAsync();
        await _world.WriteAsync(db => db.Projects.Where(p => p.Id == project)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.Name, "<script>alert(1)</script>")));
        var page = Open(project);
        Assert.Empty(page.FindAll("script"));
        Assert.Equal("<script>alert(1)</script>", page.Find("h1").TextContent);
    }

    [Fact]
    public void UnknownProject_SaysSo()
    {
        _ = _world.Services;
        Assert.Contains("No such project", Open(4711).Markup);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    // a page that is still reading would hold the database that the world deletes
    Task IAsyncLifetime.DisposeAsync() => DisposeComponentsAsync();

    private async Task<int> OpenProjectAsync()
    {
        var project = await _world.AddPoolAsync(400, drawn: true);
        return project;
    }

    private IRenderedComponent<BudgetPage> Open(int project)
    {
        Services.AddFallbackServiceProvider(_world.Services);
        this.AddAuthorization().SetAuthorized("lead").SetClaims(new Claim(ClaimTypes.NameIdentifier, "lead"));
        Renderer.SetRendererInfo(new("Server", true));
        JSInterop.Mode = JSRuntimeMode.Loose;
        _dialogs = Render<MudDialogProvider>();
        var page = Render<BudgetPage>(p => p.Add(b => b.Id, project));
        page.WaitForState(() => page.FindAll("[aria-busy]").Count == 0, Patience.Long);
        return page;
    }

    // a click may wait its turn behind a forecast that is being drawn: the next button is waited for
    private static Task ClickAsync<T>(IRenderedComponent<T> page, string text) where T : Microsoft.AspNetCore.Components.IComponent
    {
        AngleSharp.Dom.IElement? Button() => page.FindAll("button").SingleOrDefault(b => b.TextContent == text);
        page.WaitForState(() => Button() is not null, Patience.Long);
        return Button()!.ClickAsync(new());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _world.Dispose();
    }
}
