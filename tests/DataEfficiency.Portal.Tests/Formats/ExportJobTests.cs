using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Formats;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Importing;
using DataEfficiency.Portal.Tests.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Formats;

/// <summary>Exports that are begun, watched and fetched.</summary>
public sealed class ExportJobTests : IAsyncLifetime
{
    private PoolFixture _pool = default!;

    /// <summary>x0, x1, x2, of which x2 waits; of x0 two say something else, x1 is answered by the file alone.</summary>
    public async Task InitializeAsync()
    {
        _pool = await PoolFixture.StartAsync();
        await _pool.ImportAsync("id,text,label\nx0,my card is lost,refund\nx1,money back,refund\nx2,where is it,\n", "a.csv",
            AnswerUse.Labels);
        var (ben, cleo) = (await _pool.Portal.AddPersonAsync("ben"), await _pool.Portal.AddPersonAsync("cleo"));
        await WriteAsync(async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(token);
            var first = await db.Items.FirstAsync(i => i.ExternalId == "x0", token);
            foreach (var (person, name) in new[] { (ben, "card arrival"), (cleo, "refund") })
            {
                var label = await db.Labels.SingleAsync(l => l.Name == name, token);
                db.Answers.Add(new Answer
                {
                    SubmissionId = Guid.NewGuid(), ProjectId = project.Id, ItemId = first.Id, UserId = person.Id, LabelId = label.Id,
                    AnswerJson = $"{{\"label\":{label.Id}}}", AnswerText = label.AnswerText, CreatedAt = 1_767_323_045_000,
                    ActiveMilliseconds = 4100, Stratum = Stratum.Random,
                    Parts = { new AnswerPart { ItemId = first.Id, LabelId = label.Id } },
                });
            }
            await db.SaveChangesAsync(token);
            await FinalAnswers.SettleAsync(db, project, first.Id, token);
            await db.SaveChangesAsync(token);
        });
    }

    public async Task DisposeAsync() => await _pool.DisposeAsync();

    private string Exports => $"/api/v1/projects/{_pool.ProjectId}/exports";

    private Task WriteAsync(Func<AppDbContext, CancellationToken, Task> work) =>
        _pool.Portal.Services.GetRequiredService<WriteQueue>().WriteAsync(work, CancellationToken.None);

    private async Task<int> StartAsync(object ask)
    {
        using var answer = await _pool.Lead.PostAsJsonAsync(Exports, ask);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("export").GetInt32();
    }

    private async Task<JsonElement> EndedAsync(int export, PoolFixture? pool = null)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            var shown = await (pool ?? _pool).Lead.GetFromJsonAsync<JsonElement>($"{Exports}/{export}", limit.Token);
            if (shown.GetProperty("state").GetString() is not ("queued" or "running")) return shown;
            await Task.Delay(10, limit.Token);
        }
    }

    private async Task<string> FileAsync(object ask)
    {
        var ended = await EndedAsync(await StartAsync(ask));
        return await _pool.Lead.GetStringAsync(ended.GetProperty("file").GetString());
    }

    private async Task<string[]> LinesAsync(object ask) => (await FileAsync(ask)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<(HttpStatusCode, string?, string?)> RefusedAsync(object ask)
    {
        using var answer = await _pool.Lead.PostAsJsonAsync(Exports, ask);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, said.GetProperty("code").GetString(),
            said.TryGetProperty("detail", out var why) ? why.GetString() : said.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Export_OfAllItems_IsTheFileOfTheDirectWay_AndSaysWhatItShows()
    {
        await _pool.Portal.ListenAsync(_pool.ProjectId);
        await using var db = await _pool.Portal.OpenDbAsync();
        Task<long> VersionAsync() => db.Projects.Select(p => p.LabelVersion).SingleAsync();
        var before = await VersionAsync();
        var export = await StartAsync(new { format = "native" });
        var ended = await EndedAsync(export);

        Assert.Equal(("done", "both", 3, 3L, "lead@example.org"), (ended.GetProperty("state").GetString(),
            ended.GetProperty("what").GetString(), ended.GetProperty("items").GetInt32(), ended.GetProperty("total").GetInt64(),
            ended.GetProperty("by").GetString()));
        // a ranking that ends may be one more
        Assert.InRange(ended.GetProperty("labelVersion").GetInt64(), Math.Max(1, before), await VersionAsync());
        using var file = await _pool.Lead.GetAsync(ended.GetProperty("file").GetString());
        Assert.Equal(("attachment", $"Bank-enquiries-{export}.native.jsonl", "nosniff"),
            (file.Content.Headers.ContentDisposition!.DispositionType, file.Content.Headers.ContentDisposition.FileName!.Trim('"'),
            file.Headers.GetValues("X-Content-Type-Options").Single()));
        var bytes = await file.Content.ReadAsByteArrayAsync();
        Assert.Equal(bytes.Length, ended.GetProperty("bytes").GetInt64());
        Assert.Equal(await _pool.Lead.GetByteArrayAsync($"/api/v1/projects/{_pool.ProjectId}/export/native"), bytes);

        var row = (await db.Audit.Where(a => a.What == "export.native.jsonl").OrderBy(a => a.Id).ToListAsync())[0];
        Assert.Equal((_pool.LeadId, (int?)_pool.ProjectId), (row.UserId, row.ProjectId));
        Assert.Contains("\"what\":\"both\",\"filter\":\"\",\"pseudonyms\":false,\"items\":3", row.After);
        Assert.Equal(export, (await _pool.Portal.ToldAsync(_pool.ProjectId)).First(t => t.Event == "export.done").Data
            .GetProperty("id").GetInt32());
        Assert.Equal([export], (await _pool.Lead.GetFromJsonAsync<JsonElement>(Exports)).EnumerateArray()
            .Select(e => e.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Export_OfFinalAnswersOrOfEachPersons_SaysThoseOnly()
    {
        var finals = (await LinesAsync(new { format = "native", what = "final" })).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(finals, l => Assert.False(l.TryGetProperty("answers", out _)));
        Assert.Equal("refund", finals[1].GetProperty("final").GetProperty("label").GetString());
        var given = (await LinesAsync(new { format = "native", what = "answers" })).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(given, l => Assert.False(l.TryGetProperty("final", out _)));
        Assert.Equal([3, 1, 0], given.Select(l => l.GetProperty("answers").GetArrayLength()));

        // who disagree decide nothing: of x0 no answer holds
        var tasks = JsonSerializer.Deserialize<JsonElement>(await FileAsync(new { format = "label-studio", what = "final" }));
        Assert.Equal([0, 1, 0], tasks.EnumerateArray().Select(t => t.GetProperty("annotations").GetArrayLength()));
        Assert.Equal(["pending", "completed", "pending"], (await LinesAsync(new { format = "argilla", what = "final" }))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("status").GetString()));
        Assert.Contains("money back", Assert.Single(await LinesAsync(new { format = "prodigy", what = "final" })));
        var csv = await LinesAsync(new { format = "csv", what = "answers" });
        Assert.Equal(5, csv.Length);
        Assert.Equal("x0,2,my card is lost,card arrival,ben,2026-01-02T03:04:05Z,4.1,annotator,random\r", csv[2]);
    }

    [Fact]
    public async Task Export_OfWhatAFormatHasNoPlaceFor_IsRefusedWithTheReason()
    {
        foreach (var format in FormatKinds.All)
            foreach (var what in Enum.GetValues<ExportWhat>().Except(format.Says).Where(_ => format.Holds(new Project())))
            {
                var (status, code, why) = await RefusedAsync(new { format = format.Name, what = $"{what}".ToLowerInvariant() });
                Assert.Equal((HttpStatusCode.Conflict, "bad-format"), (status, code));
                Assert.StartsWith($"{format.Title} can say one of: ", why, StringComparison.Ordinal);
            }
        Assert.Equal((HttpStatusCode.Conflict, "bad-format"), Two(await RefusedAsync(new { format = "conll" })));
        Assert.Equal((HttpStatusCode.BadRequest, "bad-format"), Two(await RefusedAsync(new { format = "xml" })));
        Assert.Equal((HttpStatusCode.BadRequest, "bad-format"), Two(await RefusedAsync(new { })));
        Assert.Equal((HttpStatusCode.BadRequest, "bad-request", "“some” is none of both, final, answers."),
            await RefusedAsync(new { format = "native", what = "some" }));
        var (_, badFilter, column) = await RefusedAsync(new { format = "native", filter = "PasswordHash=x" });
        Assert.Equal("bad-filter", badFilter);
        Assert.Contains("PasswordHash", column);
        Assert.Empty((await _pool.Lead.GetFromJsonAsync<JsonElement>(Exports)).EnumerateArray());

        static (HttpStatusCode, string?) Two((HttpStatusCode Status, string? Code, string?) said) => (said.Status, said.Code);
    }

    [Fact]
    public async Task Export_WithAFilter_HasTheItemsThatTheTableFinds_AndPseudonymsWhereAsked()
    {
        string[] Ids(string[] lines) => [.. lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()!)];
        Assert.Equal(["x2"], Ids(await LinesAsync(new { format = "native", filter = "status=open" })));
        Assert.Equal(["x0"], Ids(await LinesAsync(new { format = "native", filter = "disagreement=true&sort=-file" })));
        Assert.Equal(["x0", "x1"], Ids(await LinesAsync(new { format = "native", filter = "?status=labelled&sort=-file" })));
        var hidden = await FileAsync(new { format = "native", filter = "text=card", pseudonyms = true });
        Assert.DoesNotContain("ben", hidden, StringComparison.Ordinal);
        Assert.Contains("\"by\":\"u2\"", hidden, StringComparison.Ordinal);
        // those that were taken out keep what people said of them
        await WriteAsync((db, token) => db.Items.Where(i => i.ExternalId == "x1").ExecuteUpdateAsync(
            i => i.SetProperty(x => x.Deleted, true), token));
        var deleted = JsonDocument.Parse(Assert.Single(await LinesAsync(new { format = "native", filter = "status=deleted" }))).RootElement;
        Assert.Equal(1, deleted.GetProperty("answers").GetArrayLength());
    }

    [Fact]
    public async Task Snapshot_WhileLabelsChange_ShowsTheStateThatItBeganWith()
    {
        await using var snapshot = await ExportSnapshot.OpenAsync(
            _pool.Portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(), _pool.ProjectId, CancellationToken.None);
        Assert.Equal(3, await snapshot!.NarrowAsync(new(), CancellationToken.None));
        await _pool.ImportAsync("id,text,label\nx9,another,refund\n", "b.csv", AnswerUse.Labels);
        await WriteAsync((db, token) => db.Answers.ExecuteUpdateAsync(a => a.SetProperty(x => x.Current, false), token));
        using var file = new MemoryStream();
        await new NativeFormat().WriteAsync(new(snapshot, false, ExportWhat.Both), file, CancellationToken.None);
        var lines = System.Text.Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([3, 1, 0], lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("answers").GetArrayLength()));
    }

    [Fact]
    public async Task Export_AskedTwiceUnderOneKey_IsMadeOnce()
    {
        async Task<(HttpStatusCode, string)> AskAsync(string format)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Exports)
                { Content = JsonContent.Create(new { format }), Headers = { { IdempotencyKeys.Header, "nightly" } } };
            using var answer = await _pool.Lead.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        var first = await AskAsync("native");
        Assert.Equal(HttpStatusCode.Accepted, first.Item1);
        Assert.Equal(first, await AskAsync("native"));
        Assert.Equal(HttpStatusCode.Conflict, (await AskAsync("csv")).Item1);
        Assert.Equal(1, (await _pool.Lead.GetFromJsonAsync<JsonElement>(Exports)).GetArrayLength());
    }

    /// <summary>A job that nothing begins, as of a busy portal.</summary>
    private async Task<int> WaitingAsync(Action<Job>? change = null)
    {
        var job = new Job
        {
            Kind = JobKind.Export, ProjectId = _pool.ProjectId, State = WorkState.Queued, DueAt = long.MaxValue,
            Payload = new ExportAsk("native", ExportWhat.Both, "", false, _pool.LeadId, Guid.NewGuid()).ToJson(),
        };
        change?.Invoke(job);
        await WriteAsync(async (db, token) =>
        {
            db.Jobs.Add(job);
            await db.SaveChangesAsync(token);
        });
        return job.Id;
    }

    [Fact]
    public async Task Export_Cancelled_HasNoFile_AndTooManyAtOnceAreRefused()
    {
        var waiting = await WaitingAsync();
        using var early = await _pool.Lead.GetAsync($"{Exports}/{waiting}/file");
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        for (var i = 1; i < ExportJobs.MostOpen; i++) await WaitingAsync();
        var (status, code, _) = await RefusedAsync(new { format = "csv" });
        Assert.Equal((HttpStatusCode.Conflict, "too-many"), (status, code));

        using var cancelled = await _pool.Lead.PostAsync($"{Exports}/{waiting}/cancel", null);
        Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        Assert.Equal("cancelled", (await EndedAsync(waiting)).GetProperty("state").GetString());
        using var none = await _pool.Lead.GetAsync($"{Exports}/{waiting}/file");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Equal("done", (await EndedAsync(await StartAsync(new { format = "csv" }))).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Export_OfAPortalThatWasKilled_IsMadeAnew_AndNothingHalfIsLeft()
    {
        var (guid, stray) = (Guid.NewGuid(), Guid.NewGuid());
        // as one that died in the midst of it leaves it, and a file of which nobody knows
        var running = await WaitingAsync(j => (j.State, j.Owner, j.LeaseUntil, j.Tries, j.Payload) = (WorkState.Running,
            $"{Environment.MachineName}/gone", long.MaxValue, 1, (ExportAsk.FromJson(j.Payload) with { File = guid }).ToJson()));
        var files = new ExportFiles(_pool.Portal.Services.GetRequiredService<DataFolder>());
        await files.Begin(guid).DisposeAsync();
        await files.Begin(stray).DisposeAsync();
        var old = await WaitingAsync(j => (j.State, j.FinishedAt) = (WorkState.Done, 1));

        await _pool.Portal.Services.GetRequiredService<JobStore>().ForsakeAsync(CancellationToken.None);
        _pool.Portal.Services.GetRequiredService<JobBell>().Ring();

        var ended = await EndedAsync(running);
        Assert.Equal(("done", 3), (ended.GetProperty("state").GetString(), ended.GetProperty("items").GetInt32()));
        await _pool.Portal.Services.GetRequiredService<ExportJobs>().SweepAsync(CancellationToken.None);
        Assert.Equal([guid], files.All());
        Assert.Equal([guid.ToString("N")], Directory.EnumerateFiles(Path.Combine(_pool.Portal.DataFolder, "exports"))
            .Select(Path.GetFileName));
        using var gone = await _pool.Lead.GetAsync($"{Exports}/{old}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Files_OfADeletedProject_GoWithIt()
    {
        await EndedAsync(await StartAsync(new { format = "csv" }));
        var folder = Path.Combine(_pool.Portal.DataFolder, "exports");
        Assert.Single(Directory.EnumerateFiles(folder));
        await WriteAsync((db, token) => db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.DeletedAt, 1), token));
        _pool.Portal.Services.GetRequiredService<ProjectRemoval>().Ring(_pool.ProjectId);
        using var limit = new CancellationTokenSource(Patience.Long);
        while (Directory.EnumerateFiles(folder).Any()) await Task.Delay(10, limit.Token);
    }

    [Fact]
    public async Task Page_OfAFilterOfTheTable_OffersTheFormatsOfTheKind_AndListsWhatWasMade()
    {
        await EndedAsync(await StartAsync(new { format = "native", filter = "status=open" }));
        using var browser = await _pool.Portal.SignedInAsync("lead@example.org");
        var items = await browser.GetStringAsync($"/projects/{_pool.ProjectId}/items?status=labelled&sort=-file");
        Assert.Contains($"/projects/{_pool.ProjectId}/exports?status=labelled\"", items, StringComparison.Ordinal);
        var page = await browser.GetStringAsync($"/projects/{_pool.ProjectId}/exports?status=labelled");
        Assert.Contains("As the items table showed them", page, StringComparison.Ordinal);
        // it is what is done with items: their tab is the current one, and no other
        Assert.Equal(["Items"], Regex.Matches(page, "<a [^>]*class=\"on\"[^>]*>([^<]*)").Select(m => m.Groups[1].Value));
        Assert.Contains("2 items", page, StringComparison.Ordinal);
        Assert.Contains("1 item at label version", page, StringComparison.Ordinal);
        Assert.Contains($"/projects/{_pool.ProjectId}/items?status=open", page, StringComparison.Ordinal);
        Assert.Matches($"href=\"{Exports}/[0-9]+/file\"", page);
    }
}
