using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Exports with the answers of several people, as the tools' own documentation shows them: each is its person's.</summary>
public sealed class SeveralPeopleTests
{
    private const string LabelStudio = """
        [{"id":1,"data":{"text":"my money back"},"predictions":[],"annotations":[
          {"id":11,"completed_by":{"id":2,"email":"ada@x.org","first_name":"Ada"},"was_cancelled":false,
           "created_at":"2024-05-02T10:00:00.000000Z","lead_time":4.25,"result":[
             {"id":"n","from_name":"note","to_name":"text","type":"textarea","origin":"manual","value":{"text":["easy"]}},
             {"id":"r","from_name":"label","to_name":"text","type":"choices","origin":"manual","value":{"choices":["refund"]}}]},
          {"id":12,"completed_by":3,"was_cancelled":false,"created_at":"2024-05-02T11:00:00.000000Z","lead_time":61.5,"result":[
             {"id":"q","from_name":"label","to_name":"text","type":"choices","origin":"manual","value":{"choices":["refund"]}}]}]},
         {"id":2,"data":{"text":"where is it"},"predictions":[{"result":[],"score":0.9}],"annotations":[
          {"id":13,"completed_by":{"id":2,"email":"ada@x.org"},"was_cancelled":false,"result":[
             {"from_name":"label","to_name":"text","type":"choices","value":{"choices":["card arrival"]}}]},
          {"id":14,"completed_by":3,"was_cancelled":false,"result":[
             {"from_name":"label","to_name":"text","type":"choices","value":{"choices":["refund"]}}]},
          {"id":15,"completed_by":4,"was_cancelled":true,"result":[]}]},
         {"id":3,"data":{"text":"nobody looked"},"annotations":[]}]
        """;

    private static readonly string Argilla = Lines("""
        {"id":"1","status":"completed","text":"my money back","label.responses":["refund","refund"],
          "label.responses.users":["ada","ben"],"label.responses.status":["submitted","submitted"],
          "label.suggestion":"card arrival"},
        {"id":"2","status":"pending","text":"where is it","label.responses":["card arrival","refund",null,"refund"],
          "label.responses.users":["ada","ben","cleo","dan"],"label.responses.status":["submitted","submitted","discarded",
          "draft"],"label.suggestion":null},
        {"id":"3","status":"pending","text":"nobody looked","label.responses":null,"label.responses.users":null,
          "label.responses.status":null,"label.suggestion":null}
        """);

    private const string ArgillaRecords = """
        [{"id":"1","fields":{"text":"my money back"},"metadata":{},"suggestions":{},"status":"completed",
          "responses":{"label":[{"value":"refund","user_id":"ada"},{"value":"refund","user_id":"ben"}]}},
         {"id":"2","fields":{"text":"where is it"},"metadata":{},"suggestions":{},"status":"completed",
          "responses":{"label":[{"value":"card arrival","user_id":"ada","inserted_at":"2024-05-02T10:00:00.000000"},
            {"value":"refund","user_id":"ben","status":"submitted"},
            {"value":null,"user_id":"cleo","status":"discarded"}]}},
         {"id":"3","fields":{"text":"nobody looked"},"metadata":{},"suggestions":{},"status":"pending","responses":{}}]
        """;

    // two sessions, of which each has its own file in the database: one behind the other
    private static readonly string Prodigy = Lines("""
        {"text":"my money back","_input_hash":-11,"_task_hash":1,"options":[{"id":"refund","text":"Refund"},
          {"id":"card arrival","text":"Card"}],"accept":["refund"],"config":{"choice_style":"single"},"_view_id":"choice",
          "answer":"accept","_timestamp":1714644000,"_annotator_id":"cards-ada","_session_id":"cards-ada"},
        {"text":"where is it","_input_hash":-12,"_task_hash":2,"options":[{"id":"refund","text":"Refund"},{"id":"card arrival",
          "text":"Card"}],"accept":["card arrival"],"_view_id":"choice","answer":"accept","_timestamp":1714644010,
          "_annotator_id":"cards-ada","_session_id":"cards-ada"},
        {"text":"my money back","_input_hash":-11,"_task_hash":1,"options":[{"id":"refund","text":"Refund"},
          {"id":"card arrival","text":"Card"}],"accept":["refund"],"_view_id":"choice","answer":"accept",
          "_timestamp":1714644020,"_annotator_id":"cards-ben","_session_id":"cards-ben"},
        {"text":"where is it","_input_hash":-12,"_task_hash":2,"options":[{"id":"refund","text":"Refund"},{"id":"card arrival",
          "text":"Card"}],"accept":["refund"],"_view_id":"choice","answer":"accept","_timestamp":1714644030,
          "_annotator_id":"cards-ben","_session_id":"cards-ben"},
        {"text":"where is it","_input_hash":-12,"_task_hash":2,"options":[{"id":"refund","text":"Refund"},{"id":"card arrival",
          "text":"Card"}],"accept":[],"_view_id":"choice","answer":"ignore","_timestamp":1714644040,
          "_annotator_id":"cards-cleo","_session_id":"cards-cleo"},
        {"text":"nobody looked","_input_hash":-13,"_task_hash":3,"options":[{"id":"refund","text":"Refund"}],
          "accept":["refund"],"_view_id":"choice","answer":"reject","_timestamp":1714644050,"_annotator_id":"cards-cleo",
          "_session_id":"cards-cleo"}
        """);

    private static readonly string Native = Lines("""
        {"id":"1","line":2,"text":"my money back","split":"pool","places":2,"final":{"label":"refund","by":"unanimous"},
          "answers":[{"by":"ada","at":"2024-05-02T10:00:00+00:00","ms":4250,"rev":2,"answer":{"label":"refund"}},{"by":"ben",
          "at":"2024-05-02T11:00:00+00:00","rev":1,"answer":{"label":"refund"}}]},
        {"id":"2","line":3,"text":"where is it","split":"pool","places":2,"final":{"by":"none"},"answers":[{"by":"ada",
          "at":"2024-05-02T10:00:00+00:00","rev":1,"answer":{"label":"card arrival"}},{"by":"ben",
          "at":"2024-05-02T10:00:00+00:00","rev":1,"answer":{"label":"refund"}}],"skips":[{"by":"cleo",
          "at":"2024-05-02T10:00:00+00:00"}]},
        {"id":"3","line":4,"text":"nobody looked","split":"pool","places":1,"answers":[]}
        """);

    public static TheoryData<string, string, string, string, string> Files => new()
    {
        { "a.json", LabelStudio, "ada@x.org", "3", "4" }, { "a.jsonl", Argilla, "ada", "ben", "cleo" },
        { "a.json", ArgillaRecords, "ada", "ben", "cleo" }, { "a.jsonl", Prodigy, "cards-ada", "cards-ben", "cards-cleo" },
        { "a.jsonl", Native, "ada", "ben", "cleo" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task AsLabels_EachPersonsAnswersAndSkips_AreTheirs(string name, string file, string ada, string ben, string cleo)
    {
        await using var pool = await PoolFixture.StartAsync();
        var import = await pool.ImportAsync(file, name, AnswerUse.Labels);

        Assert.Equal((3, 0, 0), (import.Added, import.Bad, import.Duplicates));
        Assert.Equal([$"my money back | {ada}: refund, {ben}: refund | Unanimous refund",
            $"where is it | {ada}: card arrival, {ben}: refund | None  | skipped by {cleo}", "nobody looked |  | "], await SaidAsync(pool));
        await using var db = await pool.Portal.OpenDbAsync();
        // when, where the file says it
        if (file == ArgillaRecords || file == Native)
            Assert.Equal(DateTimeOffset.Parse("2024-05-02T10:00:00Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(),
                await db.Answers.Where(a => a.AnswerText == "card arrival").Select(a => a.CreatedAt).SingleAsync());
        // nobody is asked again for what was answered, and whoever is in the file cannot sign in
        Assert.Equal([2, 2, 1], await db.Items.OrderBy(i => i.Id).Select(i => db.Slots.Count(s => s.ItemId == i.Id)).ToListAsync());
        Assert.Equal(1, await db.Slots.CountAsync(s => s.AnswerId == null));
        Assert.Equal(3, await db.Users.CountAsync(u => u.IsExternal && u.DeactivatedAt != null && u.UserName == null));
        var agreement = await pool.Lead.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{pool.ProjectId}/agreement");
        Assert.Equal((2, 4), (agreement.GetProperty("items").GetInt32(), agreement.GetProperty("answers").GetInt32()));
        Assert.Equal(new[] { ada, ben }.Order(StringComparer.Ordinal), agreement.GetProperty("people").EnumerateArray()
            .Select(p => p.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task AsGold_WhatMostSay_IsItAndDisagreementIsReported(string name, string file, string ada, string ben, string cleo)
    {
        await using var pool = await PoolFixture.StartAsync();
        var import = await pool.ImportAsync(file, name, AnswerUse.HiddenGold);

        Assert.Equal((3, 0), (import.Added, import.Duplicates));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(["refund", null, null], await db.Items.OrderBy(i => i.Id).Select(i => i.Gold).ToListAsync());
        Assert.Equal((0, 0), (await db.Answers.CountAsync(), await db.Skips.CountAsync()));
        Assert.False(await db.Users.AnyAsync(u => u.DisplayName == ada || u.DisplayName == ben || u.DisplayName == cleo));
        // of the portal's own lines the final answer says that there is none
        Assert.Equal(file == Native ? [] : [RowFault.SeveralAnswers], await db.ImportIssues.Select(i => i.Code).ToListAsync());
    }

    [Fact]
    public async Task TimesAndSeconds_WhereTheFileHasThem_AreKept()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync(LabelStudio, "a.json", AnswerUse.Labels);
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal([(1_714_644_000_000, 4250), (1_714_647_600_000, 61_500)], (await db.Answers.OrderBy(a => a.Id).Take(2).ToListAsync())
            .Select(a => (a.CreatedAt, a.ActiveMilliseconds)));
    }

    [Fact]
    public async Task Native_RolesAndSplits_AreWhatTheyWere()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync(Lines("""
            {"id":"1","text":"my money back","split":"test","places":2,"final":{"label":"card arrival","by":"review"},
              "answers":[{"by":"ada","rev":1,"answer":{"label":"refund"}},{"by":"ben","rev":1,"role":"surplus",
              "answer":{"label":"refund"}},{"by":"rev","rev":1,"role":"review","answer":{"label":"card arrival"}}]},
            {"id":"2","text":"where is it","split":"validation","places":2,"final":{"label":"refund","by":"only"},
              "answers":[{"by":"ada","rev":1,"answer":{"label":"refund"}},{"by":"ben","rev":1,"role":"surplus",
              "answer":{"label":"card arrival"}}]}
            """), "a.jsonl", AnswerUse.Labels);
        Assert.Equal(["my money back | ada: refund, ben: refund, rev: card arrival | Review card arrival",
            "where is it | ada: refund, ben: card arrival | Only refund"], await SaidAsync(pool));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal([ItemSplit.Test, ItemSplit.Validation], await db.Items.OrderBy(i => i.Id).Select(i => i.Split).ToListAsync());
        Assert.Equal(2, await db.Slots.CountAsync(s => s.Split != ItemSplit.Pool && s.AnswerId != null));
        Assert.Equal(0, await db.Slots.CountAsync(s => s.AnswerId == null));
    }

    [Fact]
    public async Task Prodigy_SamePersonTwiceABadLineAndNoSession_AreToldAndCostOnlyThemselves()
    {
        static string Line(string text, string accept, string? by, int at, string answer = "accept") => JsonSerializer.Serialize(new
        {
            text, _input_hash = 1, accept = new[] { accept }, answer, _timestamp = at, _session_id = by,
        }) + "\n";
        await using var pool = await PoolFixture.StartAsync();
        var import = await pool.ImportAsync(Line("one", "nonsense", "ada", 100) + Line("one", "refund", "ben", 300)
            + Line("two", "refund", "ada", 500) + Line("one", "card arrival", "ben", 200) + Line("two", "card arrival", "ada", 600)
            + Line("three", "refund", null, 700) + Line("two", "refund", "ben", 800) + Line("two", "refund", "ben", 900, "ignore"),
            "a.jsonl", AnswerUse.Labels);

        Assert.Equal((8, 3, 1), (import.Rows, import.Added, import.Bad));
        // who answers again means the newer one, whatever stands first
        Assert.Equal(["one | ben: refund | Only refund", "two | ada: card arrival | Only card arrival | skipped by ben",
            "three | a.jsonl (imported): refund | Only refund"], await SaidAsync(pool));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal([(1, RowFault.UnknownAnswer), (3, RowFault.Duplicate)], (await db.ImportIssues.OrderBy(i => i.Line).ToListAsync())
            .Select(i => (i.Line, i.Code)));
    }

    [Fact]
    public async Task Import_CutOffBetweenItsRows_GoesOnAndHasNoAnswerTwice()
    {
        var failing = new FailingStatements("UPDATE \"Imports\"", 1, after: 1);
        await using var pool = await PoolFixture.StartAsync(new PortalFactory
        {
            ConfigureServices = services => services.ConfigureDbContext<AppDbContext>(options => options.AddInterceptors(failing)),
        });
        var file = new StringBuilder();
        foreach (var session in new[] { "ada", "ben" })
            for (var i = 0; i < 1200; i++)
                file.AppendLine(JsonSerializer.Serialize(new
                {
                    text = $"text {i}", _input_hash = i, accept = new[] { "refund" }, _session_id = session,
                    answer = i % 10 == 9 && session == "ben" ? "ignore" : "accept",
                }));
        var import = await pool.ImportAsync(file.ToString(), "a.jsonl", AnswerUse.Labels);

        Assert.True(failing.AllFailed);
        Assert.Equal((WorkState.Done, 2400, 1200, 0, 0), (import.State, import.Rows, import.Added, import.Bad, import.Duplicates));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal((1200, 2280, 120), (await db.Items.CountAsync(), await db.Answers.CountAsync(a => a.Current),
            await db.Skips.CountAsync(s => s.ProjectId == pool.ProjectId)));
        Assert.Equal(2280, await db.Answers.Select(a => new { a.ItemId, a.UserId }).Distinct().CountAsync());
        Assert.Equal(1200, await db.Finals.CountAsync(f => f.ProjectId == pool.ProjectId && f.AnswerText == "refund"));
    }

    [Fact]
    public async Task Project_Removed_TakesEverybodyOfItsFilesAlong()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync(Argilla, "a.jsonl", AnswerUse.Labels);
        await using var db = await pool.Portal.OpenDbAsync();
        using var limit = new CancellationTokenSource(Patience.Long);
        await pool.Portal.Services.GetRequiredService<DataEfficiency.Portal.Projects.ProjectService>()
            .DeleteAsync(pool.ProjectId, pool.LeadId);
        while (await db.Projects.AnyAsync()) await Task.Delay(20, limit.Token);
        Assert.False(await db.Users.AnyAsync(u => u.IsExternal));
    }

    // a line each, as the tools write them
    private static string Lines(string rows) => string.Concat(JsonSerializer.Deserialize<JsonElement>($"[{rows}]").EnumerateArray()
        .Select(r => JsonSerializer.Serialize(r) + "\n"));

    private static async Task<List<string>> SaidAsync(PoolFixture pool)
    {
        await using var db = await pool.Portal.OpenDbAsync();
        List<string> said = [];
        foreach (var item in await db.Items.Where(i => i.ProjectId == pool.ProjectId).OrderBy(i => i.Line).ToListAsync())
        {
            var answers = await db.Answers.Where(a => a.ItemId == item.Id && a.Current).OrderBy(a => a.Id)
                .Join(db.Users, a => a.UserId, u => u.Id, (a, u) => u.DisplayName + ": " + a.AnswerText).ToListAsync();
            var final = await db.Finals.SingleOrDefaultAsync(f => f.ItemId == item.Id && f.ProjectId == pool.ProjectId);
            var skips = await db.Skips.Where(s => s.ItemId == item.Id && s.ProjectId == pool.ProjectId)
                .Join(db.Users, s => s.UserId, u => u.Id, (_, u) => u.DisplayName).ToListAsync();
            said.Add($"{item.Text} | {string.Join(", ", answers)} | {(final is null ? "" : $"{final.By} {final.AnswerText}")}"
                + (skips.Count > 0 ? $" | skipped by {string.Join(", ", skips)}" : ""));
        }
        return said;
    }
}
