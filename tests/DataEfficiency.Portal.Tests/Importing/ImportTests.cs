using System.Net;
using System.Text.Json.Nodes;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Storage;
using DataEfficiency.Portal.Tests.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class ImportTests
{
    [Fact]
    public async Task Import_GoodBadAndDoubleRows_AddsTheGoodOnesAndReportsTheRest()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.Portal.ListenAsync(pool.ProjectId);

        var import = await pool.ImportAsync("id,text,label,lang\n1,first text,refund,en\n2,,refund,en\n3,first text,refund,en\n" +
            "4,another text,Card Arrival,de\n5,third,nonsense,en\n", "pool.csv", AnswerUse.HiddenGold);

        Assert.Equal((WorkState.Done, 5, 3, 1, 1), (import.State, import.Rows, import.Added, import.Bad, import.Duplicates));
        await using var db = await pool.Portal.OpenDbAsync();
        var items = await db.Items.OrderBy(i => i.Line).ToListAsync();
        Assert.Equal([(2, "first text", "refund", "1"), (5, "another text", "card arrival", "4"), (6, "third", null, "5")],
            items.Select(i => (i.Line, i.Text, i.Gold, i.ExternalId!)));
        Assert.Equal("{\"lang\":\"en\"}", items[0].Metadata);
        Assert.Equal(3, items.Select(i => i.RandomRank).Distinct().Count());
        Assert.Equal(items.Select(i => (i.Id, i.RandomRank)).Order(), (await db.Slots.ToListAsync()).Select(s => (s.ItemId, s.RandomRank))
            .Order());
        var project = await db.Projects.SingleAsync();
        Assert.Equal((import.Id, 3), (project.VisibleImport, project.ItemCount));
        Assert.Equal(0, await db.Answers.CountAsync());
        var told = (await pool.Portal.ToldAsync(pool.ProjectId)).Single(t => t.Event == "import.done").Data;
        Assert.Equal((import.Id, 3, 1, 1), (told.GetProperty("import").GetInt32(), told.GetProperty("added").GetInt32(),
            told.GetProperty("bad").GetInt32(), told.GetProperty("duplicates").GetInt32()));
        var csv = await pool.Lead.GetStringAsync($"/api/v1/projects/{pool.ProjectId}/imports/{import.Id}/errors.csv");
        Assert.Contains("\"\"answer\"\":", csv.Split("\r\n").Single(l => l.Contains("unknown-answer", StringComparison.Ordinal)));
        Assert.Equal(["line,column,code,reason,row,arguments", "3,text,empty-text", "4,text,duplicate", "6,label,unknown-answer"],
            csv.TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select((l, i) => i == 0 ? l : string.Join(',', l.Split(',').Take(3))));
    }

    [Fact]
    public async Task Import_LabelsMode_MakesImportedLabelsAndTakenSlots()
    {
        await using var pool = await PoolFixture.StartAsync();
        // the ranking that follows raises the label version when it ends
        pool.Portal.Estimator.Block();

        var import = await pool.ImportAsync("text,label\none,refund\ntwo,\nthree,unknown\n", "pool.csv", AnswerUse.Labels);

        Assert.Equal((WorkState.Done, 2, 1), (import.State, import.Added, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        var label = await db.Answers.SingleAsync();
        Assert.Equal((Stratum.Imported, true, "refund", 1L), (label.Stratum, label.Current, label.AnswerText, label.LabelVersion));
        Assert.Equal(1, (await db.Projects.SingleAsync()).LabelVersion);
        Assert.Equal(1, await db.Slots.CountAsync(s => s.AnswerId == null));
        Assert.Equal(label.ItemId, (await db.Slots.SingleAsync(s => s.AnswerId == label.Id)).ItemId);
    }

    [Fact]
    public async Task Import_SecondFile_MixesIntoTheRandomOrderAndKnowsTheFirst()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync(PoolFixture.Rows(400), "a.csv", AnswerUse.HiddenGold);

        var second = await pool.ImportAsync(PoolFixture.Rows(800), "b.csv", AnswerUse.Ignore);

        Assert.Equal((400, 400), (second.Added, second.Duplicates));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(800, (await db.Projects.SingleAsync()).ItemCount);
        // of every hundred in the order about half are new: five standard deviations are 25
        var order = await db.Items.OrderBy(i => i.RandomRank).Select(i => i.ImportId == second.Id).ToListAsync();
        Assert.All(order.Chunk(100), hundred => Assert.InRange(hundred.Count(isNew => isNew), 25, 75));
    }

    [Fact]
    public async Task Import_OneIdForTwoTexts_KeepsBothAndSaysSo()
    {
        await using var pool = await PoolFixture.StartAsync();
        var first = await pool.ImportAsync("id,text\n7,one thing\n07,two things\n7,another thing\n", "a.csv", AnswerUse.Ignore);
        var second = await pool.ImportAsync("id,text\n07,three things\n7,one thing\n", "b.csv", AnswerUse.Ignore);

        Assert.Equal((3, 0, 0, 1, 1), (first.Added, first.Bad, first.Duplicates, second.Added, second.Duplicates));
        await using var db = await pool.Portal.OpenDbAsync();
        var said = await db.ImportIssues.OrderBy(i => i.Id).ToListAsync();
        Assert.Equal([("id", 4), ("id", 2), ("text", 3)], said.Select(i => (i.Column!, i.Line)));
        Assert.Equal("Line 2 has the id 7 and another text; both are kept.", StoredSaid.Words(said[0].Reason));
        Assert.StartsWith("An item that the project has already has the id 07", StoredSaid.Words(said[1].Reason));
    }

    [Fact]
    public async Task Import_AllOrNothingWithABadRow_KeepsNothing()
    {
        await using var pool = await PoolFixture.StartAsync();

        var import = await pool.ImportAsync("text,label\none,refund\n,refund\n", "a.csv", AnswerUse.Ignore,
            m => m with { AllOrNothing = true });

        Assert.Equal(WorkState.Failed, import.State);
        Assert.Contains("1 of 2 rows", StoredSaid.Words(import.Error!));
        await pool.AssertNothingImportedAsync();
    }

    [Fact]
    public async Task Import_CancelledMidway_LeavesNothing()
    {
        await using var pool = await PoolFixture.StartAsync();
        var writes = pool.Portal.Services.GetRequiredService<WriteQueue>();
        var id = await pool.StartAsync(PoolFixture.Rows(20_000), "big.csv", AnswerUse.Ignore);
        await pool.UntilAsync(id, i => i.Added > 0);

        Assert.Equal(HttpStatusCode.NoContent, (await pool.Lead.PostAsync($"/api/v1/projects/{pool.ProjectId}/imports/{id}/cancel",
            null)).StatusCode);

        Assert.Equal(WorkState.Cancelled, (await pool.FinishedAsync(id)).State);
        await pool.AssertNothingImportedAsync();
        // the file goes after the row that says so
        using var limit = new CancellationTokenSource(Patience.Long);
        while (Directory.GetFiles(Path.Combine(pool.Portal.DataFolder, "uploads")).Length > 0) await Task.Delay(10, limit.Token);
    }

    [Fact]
    public async Task Import_LeftHalfDoneByAKilledProcess_GoesOnAtItsRow()
    {
        await using var pool = await PoolFixture.StartAsync();
        var import = await LeaveHalfDoneAsync(pool, tries: 1);

        var done = await pool.FinishedAsync(import);

        Assert.Equal((WorkState.Done, 4, 2, 1, 1), (done.State, done.Rows, done.Added, done.Bad, done.Duplicates));
        await using var db = await pool.Portal.OpenDbAsync();
        // the item that was there is the one that is there, and its text is known
        Assert.Equal([(77L, "one text"), (78L, "two text")], (await db.Items.OrderBy(i => i.Id).ToListAsync()).Select(i => (i.Id, i.Text)));
        Assert.Equal([(3, RowFault.EmptyText, ""), (5, RowFault.Duplicate, "line 2")],
            (await db.ImportIssues.OrderBy(i => i.Line).ToListAsync()).Select(i => (i.Line, i.Code,
                StoredSaid.Words(i.Reason).Contains("line 2", StringComparison.Ordinal) ? "line 2" : "")));
        Assert.Equal([77L, 78L], await db.Slots.OrderBy(s => s.ItemId).Select(s => s.ItemId).ToListAsync());
    }

    [Theory]
    [InlineData(2, WorkState.Done), InlineData(4, WorkState.Done), InlineData(5, WorkState.Failed)]
    public async Task Import_ThatTheProcessEndedUnder_IsTriedUntilItIsTheFilesDoing(int times, WorkState expected)
    {
        await using var pool = await PoolFixture.StartAsync();
        var import = await LeaveHalfDoneAsync(pool, times);

        var ended = await pool.FinishedAsync(import);

        Assert.Equal(expected, ended.State);
        if (expected == WorkState.Failed)
        {
            Assert.Contains("ended 5 times", StoredSaid.Words(ended.Error!));
            await pool.AssertNothingImportedAsync();
        }
    }

    [Fact]
    public async Task Import_DatabaseLockedForAMoment_GoesOnByItself()
    {
        var locked = new FailingStatements("UPDATE \"Imports\"", 1);
        await using var pool = await PoolFixture.StartAsync(new PortalFactory
        {
            ConfigureServices = services => services.ConfigureDbContext<AppDbContext>(options => options.AddInterceptors(locked)),
        });

        var import = await pool.ImportAsync("text,label\none text,refund\ntwo text,nonsense\n,refund\n", "a.csv", AnswerUse.HiddenGold);

        Assert.True(locked.AllFailed);
        Assert.Equal((WorkState.Done, 2, 1), (import.State, import.Added, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(2, await db.ImportIssues.CountAsync());
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Import_WhosePortalIsStoppedOrKilled_GoesOnBehindTheRowsThatAreThere(bool killed)
    {
        const int rows = 20_000;
        var folder = Directory.CreateTempSubdirectory("portal-test-").FullName;
        int project, id, before;
        await using (var pool = await PoolFixture.StartAsync(new PortalFactory { DataFolder = folder, KeepDataFolder = true }))
        {
            id = await pool.StartAsync(PoolFixture.Rows(rows), "big.csv", AnswerUse.Ignore);
            await pool.UntilAsync(id, i => i.Added > 0);
            project = pool.ProjectId;
        }
        // as a killed process leaves it: still its own, with a lease that has not run out
        if (killed)
            LandedDatabase.Run(folder, $"UPDATE \"Jobs\" SET \"State\"=1,\"Tries\"=1,\"Owner\"='{Environment.MachineName}/dead',"
                + "\"LeaseUntil\"=9000000000000 WHERE \"Kind\"=0 AND \"State\"=0");
        var there = LandedDatabase.Rows(folder)["Items"].Select(i => long.Parse(i["Id"])).Order().ToList();
        before = int.Parse(LandedDatabase.Rows(folder)["Imports"].Single()["Rows"]);
        Assert.Equal(there.Count, before);

        await using var portal = new PortalFactory { DataFolder = folder };
        var again = new PoolFixture { Portal = portal, Lead = portal.Browser(), LeadId = "", ProjectId = project };
        var import = await again.FinishedAsync(id);

        Assert.Equal((WorkState.Done, rows, rows), (import.State, import.Added, import.Rows));
        await using var db = await portal.OpenDbAsync();
        Assert.Equal(there, await db.Items.OrderBy(i => i.Id).Select(i => i.Id).Take(there.Count).ToListAsync());
        Assert.Equal(rows, await db.Items.CountAsync());
        Assert.Equal(rows, await db.Slots.CountAsync());
        Assert.Equal(0, await db.Items.CountAsync(i => i.RandomRank < 0));
    }

    [Fact]
    public async Task Import_BehindWhichAnswersWait_EndsItsTransactionsEarlyAndLosesNoRow()
    {
        const int rows = 2000;
        await using var pool = await PoolFixture.StartAsync();
        var writes = pool.Portal.Services.GetRequiredService<WriteQueue>();
        var file = new StringBuilder("text,label\n");
        for (var row = 0; row < rows; row++)
            file.AppendLine((row % 10) switch { 3 => ",refund", 7 => $"text {row - 1},refund", _ => $"text {row},refund" });
        using var ended = new CancellationTokenSource();
        List<int> seen = [];
        var answers = Task.Run(async () =>
        {
            for (; !ended.IsCancellationRequested; await Task.Delay(Random.Shared.Next(20)))
                seen.Add(await writes.WriteAsync((db, token) => db.Items.CountAsync(token), CancellationToken.None, ahead: true));
        });

        var import = await pool.ImportAsync(file.ToString(), "a.csv", AnswerUse.Labels);
        await ended.CancelAsync();
        await answers;

        // 40 of 50 rows bring an item
        Assert.Contains(seen.Zip(seen.Skip(1)), s => s.Second - s.First is > 0 and < 40);
        Assert.Equal((WorkState.Done, rows, 1600, 200, 200), (import.State, import.Rows, import.Added, import.Bad, import.Duplicates));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(Enumerable.Range(0, rows).Where(r => r % 10 is not (3 or 7)).Select(r => (r + 2, $"text {r}")),
            (await db.Items.OrderBy(i => i.Id).ToListAsync()).Select(i => (i.Line, i.Text)));
        Assert.Equal((1600, 1600), (await db.Slots.CountAsync(s => s.AnswerId != null), await db.Finals.CountAsync()));
        Assert.Equal(0, await db.Items.CountAsync(i => i.RandomRank < 0));
        Assert.Equal(Enumerable.Range(0, rows).Where(r => r % 10 is 3 or 7).Select(r => r + 2),
            (await db.ImportIssues.OrderBy(i => i.Id).ToListAsync()).Select(i => i.Line));
    }

    // what a process killed between two chunks leaves: a running import, the rows that it stored, no flip
    private static async Task<int> LeaveHalfDoneAsync(PoolFixture pool, int tries)
    {
        var upload = await pool.UploadAsync("text\none text\n\" \"\ntwo text\none text\n", "a.csv");
        var id = await pool.Portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var import = new Import
            {
                ProjectId = pool.ProjectId, FileName = "a.csv", StoredName = upload.ToString("N"), Rows = 2, Added = 1, Bad = 1,
                CreatedBy = pool.LeadId,
                Job = new Job
                {
                    Kind = JobKind.Import, ProjectId = pool.ProjectId, State = WorkState.Running, Owner = "elsewhere/dead", Tries = tries,
                    Payload = new ColumnMapping(new SourceFormat(FileKind.Delimited), "text").ToJson(),
                },
            };
            db.Imports.Add(import);
            await db.SaveChangesAsync(token);
            db.Items.Add(new Item
            {
                Id = 77, ProjectId = pool.ProjectId, ImportId = import.Id, Line = 2, Text = "one text",
                TextHash = SHA256.HashData("one text"u8), RandomRank = -1,
            });
            db.ImportIssues.Add(new ImportIssue { ImportId = import.Id, Line = 3, Code = RowFault.EmptyText, Reason = "empty" });
            await db.SaveChangesAsync(token);
            return import.Id;
        }, CancellationToken.None);
        pool.Portal.Services.GetRequiredService<JobBell>().Ring();
        return id;
    }

    [Fact]
    public async Task Import_InManyChunks_ShowsNothingBeforeTheFlip()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("text\nthe first\n", "a.csv", AnswerUse.Ignore);
        var visible = new HashSet<int>();

        var id = await pool.StartAsync(PoolFixture.Rows(10_000), "big.csv", AnswerUse.HiddenGold);
        while (true)
        {
            var state = (await pool.FindAsync(id)).State;
            await using (var db = await pool.Portal.OpenDbAsync())
                visible.Add(await db.Slots.CountAsync(s => s.AnswerId == null
                    && db.Projects.Any(p => p.Id == s.ProjectId && s.ImportId <= p.VisibleImport)));
            // labeling goes on: other writes get their turn between two chunks
            await pool.Portal.Services.GetRequiredService<WriteQueue>()
                .WriteAsync((db, token) => db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.PricePerLabel, 1), token),
                CancellationToken.None);
            if (state is not (WorkState.Queued or WorkState.Running)) break;
        }

        var import = await pool.FinishedAsync(id);
        Assert.Equal((WorkState.Done, 10_000), (import.State, import.Added));
        Assert.Equal([1, 10_001], visible.Order());
    }

    [Fact]
    public async Task Import_AskedTwiceUnderOneKey_IsStartedOnce()
    {
        await using var pool = await PoolFixture.StartAsync();
        var at = $"/api/v1/projects/{pool.ProjectId}";
        using var file = new StringContent(PoolFixture.Rows(3));
        var upload = JsonNode.Parse(await (await pool.Lead.PostAsync($"{at}/uploads?fileName=a.csv", file)).Content.ReadAsStringAsync())!;
        var body = new JsonObject { ["upload"] = upload["upload"]!.DeepClone(), ["mapping"] = upload["proposed"]!.DeepClone() };
        pool.Lead.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        List<int> imports = [];
        for (var i = 0; i < 2; i++)
        {
            using var reply = await pool.Lead.PostAsJsonAsync($"{at}/imports", body);
            Assert.Equal(HttpStatusCode.Accepted, reply.StatusCode);
            imports.Add((await reply.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("import").GetInt32());
            await pool.FinishedAsync(imports[0]);
        }
        Assert.Equal(imports[0], imports[1]);
        Assert.Single(await pool.ImportsAsync());
        body["mapping"]!["text"] = "label";
        Assert.Equal(HttpStatusCode.Conflict, (await pool.Lead.PostAsJsonAsync($"{at}/imports", body)).StatusCode);
    }

    [Fact]
    public async Task Upload_ByAnAnnotatorOrWithoutToken_IsRefused()
    {
        await using var pool = await PoolFixture.StartAsync();
        var other = await pool.Portal.AddPersonAsync("mia@example.org");
        await pool.Portal.AddMemberAsync(pool.ProjectId, other.Id, ProjectRole.Annotator);
        var annotator = await pool.Portal.WithTokenAsync(other.Id);
        var withoutToken = await pool.Portal.SignedInAsync("lead@example.org");

        Assert.Equal(HttpStatusCode.Forbidden, (await annotator.PostAsync($"/api/v1/projects/{pool.ProjectId}/uploads",
            new StringContent("text\na\n"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await annotator.PostAsync("/api/v1/uploads", new StringContent("text\na\n"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await withoutToken.PostAsync($"/api/v1/projects/{pool.ProjectId}/uploads",
            new StringContent("text\na\n"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await pool.Lead.PostAsync("/api/v1/projects/999/uploads",
            new StringContent("text\na\n"))).StatusCode);
    }

    [Theory]
    [InlineData("=cmd", "'=cmd")]
    [InlineData("-1, x", "\"'-1, x\"")]
    [InlineData("a \"b\"", "\"a \"\"b\"\"\"")]
    [InlineData("plain", "plain")]
    public void IssueCsv_Cell_IsNeverAFormula(string text, string cell) => Assert.Equal(cell, IssueCsv.Cell(text));
}
