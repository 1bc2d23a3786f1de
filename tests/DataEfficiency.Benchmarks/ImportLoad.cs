using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Cli.Simulation;
using DataEfficiency.Portal.Tests;

namespace DataEfficiency.Benchmarks;

/// <summary>An import into the project of a `load-folder` while its annotators label: how long it takes, and what an answer takes beside
/// it and without it. The portal is a process of its own.</summary>
internal static class ImportLoad
{
    private const int Annotators = 50, PerSecond = 10;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(20), Alone = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(string folder, int rows)
    {
        using var portal = new PortalProcess("--Data:Folder", Path.GetFullPath(folder));
        await portal.StartAsync();
        var people = SimulatedPerson.Read(new(Path.Combine(folder, "people.txt")), Annotators);
        using var lead = new HttpClient(Load.Handler()) { BaseAddress = new(portal.Url), Timeout = TimeSpan.FromMinutes(10) };
        await SimulatedPerson.Of($"lead {LoadFolder.Password}").SignInAsync(lead, CancellationToken.None);
        var project = (await lead.GetFromJsonAsync<JsonElement>("/api/v1/projects")).GetProperty("items")[0]
            .GetProperty("id").GetInt32();

        Task<LoadFigures> LabelAsync(TimeSpan time, Func<LoadFigures, bool>? enough = null) =>
            new Load(new(project, Annotators, PerSecond, time, 1), people, () => new(Load.Handler()) { BaseAddress = new(portal.Url) })
            { Enough = enough }.RunAsync(null, _ => { }, CancellationToken.None);

        await LabelAsync(Warmup);
        Print("without an import", await LabelAsync(Alone));
        var importing = ImportAsync(lead, project, rows);
        var beside = await LabelAsync(TimeSpan.FromMinutes(20), _ => importing.IsCompleted);
        Console.WriteLine($"import of {rows:N0} rows, from the upload to the flip: {(await importing).TotalSeconds:0} s");
        Print("beside it", beside);
        Print("behind it, while its items are ranked", await LabelAsync(Alone));
    }

    private static void Print(string when, LoadFigures figures) =>
        Console.WriteLine($"{when,-40} {figures.Acknowledged / figures.Seconds,5:0.0} answers a second, submit {figures.Submit}");

    private static async Task<TimeSpan> ImportAsync(HttpClient lead, int project, int rows)
    {
        var file = new StringBuilder("id,text\n", rows * 80);
        for (var i = 0; i < rows; i++) file.Append($"new{i},Enquiry {i} of the next file: why does my transfer of {i % 977} pounds wait?\n");
        var watch = Stopwatch.StartNew();
        using var sent = await lead.PostAsync($"/api/v1/projects/{project}/uploads?fileName=second.csv",
            new StringContent(file.ToString(), Encoding.UTF8));
        var upload = JsonNode.Parse(await sent.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
        using var begun = await lead.PostAsJsonAsync($"/api/v1/projects/{project}/imports",
            new JsonObject { ["upload"] = upload["upload"]!.DeepClone(), ["mapping"] = upload["proposed"]!.DeepClone() });
        var import = (await begun.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("import").GetInt32();
        while (true)
        {
            var shown = await lead.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{project}/imports/{import}");
            if (shown.GetProperty("state").GetString() is not ("Queued" or "Running") and var state)
                return state == "Done" && shown.GetProperty("added").GetInt32() == rows ? watch.Elapsed
                    : throw new InvalidOperationException($"The import ended as {shown}.");
            await Task.Delay(TimeSpan.FromSeconds(.5));
        }
    }
}
