using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using DataEfficiency.Portal.Components.Guidelines;
using DataEfficiency.Portal.Guidelines;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Guidelines;

/// <summary>Every saved text of a guideline is kept, and who labels hears that it changed, and what.</summary>
public sealed class GuidelineTests : BunitContext, IAsyncLifetime
{
    private readonly LabelingWorld _world = new();
    private AppUser _lead = null!;
    private Annotator _ada = null!;

    private string Url => $"/api/v1/projects/{_world.ProjectId}/guideline";

    public async Task InitializeAsync()
    {
        await _world.AddPoolAsync(4);
        _lead = await _world.AddPersonAsync("lead");
        await _world.AddMemberAsync(_world.ProjectId, _lead.Id, ProjectRole.Lead);
        _ada = await _world.AddAnnotatorAsync("ada");
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeComponentsAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Save_TextThatChanged_IsAVersionWithAuthorAndAudit_AndAnyOtherChangeIsNone()
    {
        await SaveAsync(f => f.Guideline = "Refunds first.");
        await SaveAsync(f => f.Name = "Another name");
        await SaveAsync(f => f.Guideline = "Refunds last.");
        using var lead = await _world.WithTokenAsync(_lead.Id);

        var versions = (await lead.GetFromJsonAsync<GuidelineEndpoints.VersionsReply>($"{Url}/versions"))!;

        Assert.Equal([(2, "lead", "Refunds last."), (1, "lead", "Refunds first.")], versions.Items.Select(v => (v.Version, v.By, v.Text)));
        Assert.Null(versions.Next);
        Assert.Equal([1], (await lead.GetFromJsonAsync<GuidelineEndpoints.VersionsReply>($"{Url}/versions?before=2"))!.Items
            .Select(v => v.Version));
        await using var db = await _world.OpenDbAsync();
        Assert.Equal([((string?)null, "1"), ("1", "2")], (await db.Audit.Where(a => a.What == "project.guideline").OrderBy(a => a.Id)
            .ToListAsync()).Select(a => (a.Before, a.After!)));
        // who wrote it has read it
        Assert.False((await lead.GetFromJsonAsync<ReadGuideline>(Url))!.IsNews);
    }

    [Fact]
    public async Task Read_ByAnAnnotator_IsNewsUntilItWasOpened()
    {
        await SaveAsync(f => f.Guideline = "Refunds first.");
        // nobody has to be told that all of it is new to them
        Assert.Equal((1, false), await NewsAsync());
        await _ada.NextAsync();
        Assert.Equal((1, true), await NewsAsync());
        await SeeAsync(1);
        Assert.Equal((1, false), await NewsAsync());
        await SaveAsync(f => f.Guideline = "Refunds last.");

        var news = (await _ada.Client.GetFromJsonAsync<ReadGuideline>(Url))!;

        Assert.Equal(new ReadGuideline(2, "Refunds last.", 1, true, "Refunds first."), news);
        // nobody has opened what is not there
        await SeeAsync(9);
        Assert.Equal((2, true), await NewsAsync());
        await SeeAsync(2);
        Assert.Equal((2, false), await NewsAsync());
    }

    [Fact]
    public async Task Card_GuidelineThatChanged_IsClosedUnderADotUntilOpened_AndTellsTheWords()
    {
        await SaveAsync(f => f.Guideline = "Refunds first.\n<script>x</script>");
        await SeeAsync(1);
        Services.AddFallbackServiceProvider(_world.Services);
        this.AddAuthorization().SetAuthorized("ada").SetClaims(new Claim(ClaimTypes.NameIdentifier, _ada.UserId));
        Renderer.SetRendererInfo(new("Server", true));
        var card = Render<GuidelineCard>(p => p.Add(c => c.ProjectId, _world.ProjectId).Add(c => c.Version, 1));
        card.WaitForState(() => card.FindAll("details[open]").Count == 1, Patience.Long);
        Assert.Empty(card.FindAll(".news, ins, del, script"));

        await SaveAsync(f => f.Guideline = "Refunds always first.\n<script>x</script>");
        card.Render(p => p.Add(c => c.Version, 2));

        card.WaitForState(() => card.FindAll("details[data-news]:not([open])").Count == 1, Patience.Long);
        Assert.Contains("changed", card.Find("summary").TextContent, StringComparison.Ordinal);
        Assert.Contains("added: always", card.Find(".changes ins").TextContent, StringComparison.Ordinal);
        Assert.Empty(card.FindAll("del, script"));
        Assert.Equal((2, true), await NewsAsync());

        await card.Find("details").TriggerEventAsync("ontoggle", EventArgs.Empty);

        card.WaitForAssertion(() => Assert.Empty(card.FindAll(".news")), Patience.Long);
        Assert.NotEmpty(card.FindAll(".changes ins"));
        Assert.Equal((2, false), await NewsAsync());
    }

    private async Task SaveAsync(Action<ProjectForm> change)
    {
        var service = _world.Services.GetRequiredService<ProjectService>();
        var form = (await service.FindAsync(_world.ProjectId))!.Value.Form;
        change(form);
        Assert.Null(await service.SaveAsync(_world.ProjectId, form, _lead.Id));
    }

    private async Task<(int, bool)> NewsAsync()
    {
        var read = (await _ada.Client.GetFromJsonAsync<ReadGuideline>(Url))!;
        return (read.Version, read.IsNews);
    }

    private async Task SeeAsync(int version)
    {
        using var seen = await _ada.Client.PutAsJsonAsync($"{Url}/seen", new { version });
        Assert.Equal(HttpStatusCode.NoContent, seen.StatusCode);
    }
}
