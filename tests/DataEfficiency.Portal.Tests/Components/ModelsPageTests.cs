using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Tests.Hub;
using DataEfficiency.Hub;
using DataEfficiency.Portal.Components.Pages;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Prompts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

public sealed class ModelsPageTests : BunitContext, IAsyncLifetime
{
    private static readonly string Bundled = Path.Combine(AppContext.BaseDirectory, "BundledModel");
    private readonly LocalHub _hub = new(LocalHub.BundledModel());
    private readonly EstimatingWorld _world;

    public ModelsPageTests()
    {
        var sha = WeightFiles.Sha256(Bundled);
        _world = new EstimatingWorld { Estimator =
            new FakeEstimator { Model = new("BundledModel", Bundled, "llama", 816_000, 2048, 2048, sha, "cpu", "float32") } };
        _world.Settings["Models:Root"] = Path.Combine(_world.DataFolder, "own");
        _world.ConfigureServices = services =>
            services.Replace(ServiceDescriptor.Singleton<Func<HubOptions>>(() =>
            new() { Endpoint = _hub.Address, Retries = 1, RetryDelay = TimeSpan.Zero }));
    }

    private string Root => _world.Settings["Models:Root"];

    [Fact]
    public async Task Admin_PullsAModel_CancelsAndGoesOn()
    {
        var page = await OpenAsync(GlobalRoles.Admin);
        using var held = new SemaphoreSlim(0);
        _hub.Instead = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("model.safetensors", StringComparison.Ordinal)) return false;
            var bytes = _hub.Files["model.safetensors"];
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await context.Response.Body.FlushAsync();
            await held.WaitAsync();
            return true;
        };
        await PullAsync(page);
        page.WaitForAssertion(() => Assert.InRange(int.Parse(page.Find(".pull [role=progressbar]").GetAttribute("aria-valuenow")!), 50, 60),
            Patience.Long);
        Assert.Contains("model.safetensors", page.Find(".pull").TextContent);
        await ClickAsync(page, "Cancel the download");
        page.WaitForAssertion(() => Assert.Contains("it goes on where it stopped", page.Find(".pull .bad").TextContent), Patience.Long);
        Assert.DoesNotContain(page.FindAll(".models h2"), h => h.TextContent == "tiny");

        held.Release();
        (_hub.Instead, var before) = (null, _hub.Requests.Count);
        await PullAsync(page);
        page.WaitForAssertion(() => Assert.Contains(page.FindAll(".models h2"), h => h.TextContent == "tiny"), Patience.Long);
        Assert.Contains("org/tiny is installed", page.Find(".pull").TextContent);
        Assert.StartsWith("bytes=", _hub.Requests.Skip(before).Single(r => r.Path.Contains("/resolve/")).Range);
        Assert.Contains("tiny", _world.Services.GetRequiredService<ModelCatalog>().Names());
    }

    [Fact]
    public async Task Pull_ThatFails_SaysWhyAndInstallsNothing()
    {
        var page = await OpenAsync(GlobalRoles.Admin);
        _hub.Listing = json => json.Replace(System.Text.RegularExpressions.Regex.Match(json, "[0-9a-f]{64}").Value, new string('a', 64));
        await PullAsync(page);
        page.WaitForAssertion(() => Assert.Contains("its SHA-256 is", page.Find(".pull .bad").TextContent), Patience.Long);
        Assert.DoesNotContain(page.FindAll(".models h2"), h => h.TextContent == "tiny");
        await PullAsync(page, "../../etc");
        page.WaitForAssertion(() => Assert.Contains("write ORG/NAME", page.Find(".pull .bad").TextContent), Patience.Long);
    }

    [Fact]
    public async Task Lead_SeesEveryFolder_ButPullsNothing()
    {
        Directory.CreateDirectory(Path.Combine(Root, "broken"));
        var page = await OpenAsync(GlobalRoles.Lead);
        Assert.Empty(page.FindAll(".pull"));
        Assert.Equal(["BundledModel", "broken"], page.FindAll(".models h2").Select(h => h.TextContent));
        Assert.Contains("This folder cannot be used. ", page.Find(".models .bad").TextContent);
        Assert.Contains("config.json is missing", page.Find(".models .bad").TextContent);
        var bundled = page.Find(".models tbody tr").TextContent;
        foreach (var fact in new[] { "816 K", "1.6 MB", "BF16", "llama", "2,048", "Calibrated on", "not measured yet" }) Assert
            .Contains(fact, bundled);
    }

    [Fact]
    public async Task Measure_OnTheEngineThread_CostIsShownFromThenOn()
    {
        var page = await OpenAsync(GlobalRoles.Lead);
        _world.Estimator.Block();
        await ClickAsync(page, "Measure the cost");
        Assert.True(await _world.Estimator.Arrived.WaitAsync(Patience.Long));
        page.WaitForAssertion(() =>
            Assert.True(page.FindAll("button").Single(b => b.TextContent == "Measuring…").HasAttribute("disabled")), Patience.Long);

        // somebody labels meanwhile: the estimate goes between two steps of the measurement
        var project = await _world.AddPoolAsync(400, drawn: true);
        await _world.LabelAsync(project, 8);
        await _world.WaitAsync(project, u => u.LabelVersion >= 8, () =>
        {
            _world.Queue.Ring(project);
            _world.Estimator.Unblock();
        });
        page.WaitForAssertion(() => Assert.Contains("A label here", page.Markup), Patience.Long);
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".models local-time")), Patience.Long);
        var calls = _world.Estimator.Calls.ToList();
        // the label's own look at its 8 examples, and the 4 of the measurement
        Assert.Equal(12, calls.Count(c => c == "observe"));
        Assert.True(calls.IndexOf("forecast 8") < calls.IndexOf("rank 16"), string.Join(", ", calls));
        // the steps that the ranking of a pool grows through, behind one item that warms up
        string[] ranked = ["rank 1", "rank 16", "rank 64", "rank 256"];
        Assert.Equal(ranked, calls.Where(c => c.StartsWith("rank", StringComparison.Ordinal)));
        Assert.NotNull(ModelCosts.Find(_world.DataFolder, _world.Estimator.Model.Sha256));
        Assert.Null(ModelCosts.Find(Root, _world.Estimator.Model.Sha256));
        await ClickAsync(page, "Measure again");
        page.WaitForAssertion(() => Assert.Equal(16, _world.Estimator.Calls.Count(c => c == "observe")), Patience.Long);
    }

    [Fact]
    public async Task Cost_KeptBesideTheModelsByAnOlderPortal_IsStillShown()
    {
        var page = await OpenAsync(GlobalRoles.Lead);
        var weights = _world.Services.GetRequiredService<ModelCatalog>().Models()[0].WeightsSha256;
        Assert.DoesNotContain("Measured on ", page.Markup);

        ModelCosts.Store(Root, new ModelCost(weights, Environment.MachineName, "cpu", 1, 30, .5, .1, DateTimeOffset.UnixEpoch));

        Assert.Equal(.5, _world.Services.GetRequiredService<ModelMeasurements>().CostOf(weights)?.SecondsPerLabel);
    }

    [Fact]
    public async Task Measure_ThatFails_SaysWhy()
    {
        var page = await OpenAsync(GlobalRoles.Lead);
        _world.Estimator.Failure = new ModelException("tensor x is missing");
        await ClickAsync(page, "Measure the cost");
        page.WaitForAssertion(() => Assert.Contains("The cost could not be measured. tensor x is missing", page.Markup), Patience.Long);
        _world.Estimator.Failure = null;
        await ClickAsync(page, "Measure the cost");
        page.WaitForAssertion(() => Assert.Contains("A label here", page.Markup), Patience.Long);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeComponentsAsync();
        await _hub.DisposeAsync();
    }

    private async Task<IRenderedComponent<ModelsPage>> OpenAsync(string role)
    {
        var user = await _world.AddPersonAsync("ada", role);
        Services.AddFallbackServiceProvider(_world.Services);
        this.AddAuthorization().SetAuthorized("ada").SetClaims(new Claim(ClaimTypes.NameIdentifier, user.Id));
        Renderer.SetRendererInfo(new("Server", true));
        JSInterop.Mode = JSRuntimeMode.Loose;
        var page = Render<ModelsPage>();
        page.WaitForState(() => page.FindAll("[aria-busy]").Count == 0, Patience.Long);
        return page;
    }

    private static async Task PullAsync(IRenderedComponent<ModelsPage> page, string model = LocalHub.Model)
    {
        await page.InvokeAsync(() => page.Find(".pull input").InputAsync(new() { Value = model }));
        await page.InvokeAsync(() => page.Find(".pull form").SubmitAsync());
    }

    private static Task ClickAsync(IRenderedComponent<ModelsPage> page, string text)
    {
        AngleSharp.Dom.IElement? Button() => page.FindAll("button").FirstOrDefault(b => b.TextContent == text);
        page.WaitForState(() => Button() is not null, Patience.Long);
        // finding and clicking in one turn of the renderer: the page draws itself anew while something runs
        return page.InvokeAsync(() => Button()!.ClickAsync(new()));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _world.Dispose();
    }
}
