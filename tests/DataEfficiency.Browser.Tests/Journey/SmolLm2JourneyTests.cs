using System.Diagnostics;
using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace DataEfficiency.Browser.Tests.Journey;

/// <summary>The main job on a real chat model of 135 M parameters, the one for machines without a GPU, with few items: empty installation
/// to Excel report. Says how long each part took.</summary>
[Collection(PortalProcesses.Name)]
public sealed class SmolLm2JourneyTests : IDisposable
{
    private const string Model = "SmolLM2-135M-Instruct";
    private const int Items = 20, Labels = 16;
    private readonly string _root = Directory.CreateTempSubdirectory("models-").FullName;
    private readonly Browser _browser;
    private readonly ITestOutputHelper _output;
    private readonly PortalProcess _portal;

    public SmolLm2JourneyTests(Browser browser, ITestOutputHelper output) => (_browser, _output, _portal) =
        (browser, output, new PortalProcess("--Models:Root", _root));

    [LongFact("models/SmolLM2-135M-Instruct/config.json")]
    public async Task EmptyInstallation_FirstLabelsOnARealModel_RankAmongTasksAndExcelReport()
    {
        Unpack();
        await _portal.StartAsync();
        await using var context = await _browser.Chromium.NewContextAsync(new() { AcceptDownloads = true });
        // one label is a backward pass of a real model, on a machine that may be busy
        context.SetDefaultTimeout(600_000);
        var person = new LabelingPerson(_portal, context);
        var budget = await person.SetUpAsync();

        await budget.GotoAsync(_portal.Url + "/models");
        await budget.GetByRole(AriaRole.Row).Filter(new() { HasText = Model }).GetByText("134.5 M").WaitForAsync();

        var clock = Stopwatch.StartNew();
        var project = await person.CreateProjectAsync(budget, Items, Model);
        _output.WriteLine($"Import and ranking of {Items} items, loading of the model included: {clock.Elapsed.TotalSeconds:0.0} s");

        var label = await person.OpenLabelPageAsync(project);
        clock.Restart();
        await LabelingPerson.LabelAsync(label, Labels - 1);
        await LabelingPerson.SavedAsync(label);
        _output.WriteLine($"{Labels - 1} labels given and saved: {clock.Elapsed.TotalSeconds:0.0} s");
        await budget.GetByText($"after {Labels - 1} of {Items}").First.WaitForAsync();
        _output.WriteLine($"The first label to the forecast after {Labels - 1}: {clock.Elapsed.TotalSeconds:0.0} s");
        clock.Restart();
        await LabelingPerson.LabelAsync(label, 1);
        await budget.GetByText($"after {Labels} of {Items}").First.WaitForAsync();
        _output.WriteLine($"One more label, from its key press to the forecast on the other page: {clock.Elapsed.TotalSeconds:0.00} s");

        // its calibration comes with the program: CoS-Low has a rank among the reference tasks
        await budget.GetByText("likely to reach").First.WaitForAsync();
        Assert.Matches(@"lower here than on \d+ of \d+ reference tasks", await budget.GetByLabel("CoS-Low", new() { Exact = true })
            .InnerTextAsync());
        await JourneyTests.ExportAsync(budget, Labels);
    }

    private void Unpack()
    {
        string[] arguments = [FixtureFactAttribute.PathOf("models/unpack.mjs"), FixtureFactAttribute.PathOf($"models/{Model}"),
            Path.Combine(_root, Model)];
        using var node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardError = true,
            RedirectStandardOutput = true })!;
        var told = node.StandardOutput.ReadToEnd() + node.StandardError.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, $"unpacking failed: {told}");
    }

    public void Dispose()
    {
        _portal.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}

/// <summary>A fact on data that takes minutes: run where DATAEFFICIENCY_LONG_TESTS is set, and visibly skipped elsewhere.</summary>
public sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute(string needs) => Skip = FixtureFactAttribute.MissingOf(needs)
        ?? (Environment.GetEnvironmentVariable("DATAEFFICIENCY_LONG_TESTS") is null
            ? "Takes minutes: set DATAEFFICIENCY_LONG_TESTS=1. The engine's tests run this model all the same." : null);
}
