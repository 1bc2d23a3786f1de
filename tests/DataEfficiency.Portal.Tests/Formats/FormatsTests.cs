using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Formats;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Tests.Importing;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Formats;

/// <summary>Exports as other tools write them.</summary>
public sealed class FormatsTests : IDisposable
{
    private static readonly string[] Texts = ["Where is my 👨‍👩‍👧 card?", "=cmd, \"quoted\"",
        "Geld zurück\r\nnach  Köln", "nobody answers"];

    private readonly LabelingWorld _world = new();
    private HttpClient _lead = new();

    public void Dispose()
    {
        _lead.Dispose();
        _world.Dispose();
    }

    /// <summary>Items with the answers of ada and of ben, in JSON, #0 and #1 for the labels' ids; null: none.</summary>
    private async Task StartAsync(TaskType type, params (string? Ada, string? Ben)[] answers)
    {
        await _world.AddPoolAsync(Texts.Length, type: type, labels: 2);
        var (ada, ben) = (await _world.AddPersonAsync("ada"), await _world.AddPersonAsync("ben"));
        await _world.AddMemberAsync(_world.ProjectId, ada.Id, ProjectRole.Lead);
        await _world.AddMemberAsync(_world.ProjectId, ben.Id, ProjectRole.Annotator);
        _lead = await _world.WithTokenAsync(ada.Id);
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(p => p.Id == _world.ProjectId, token);
            (project.Name, project.Instruction) = ("Cards: *all*", "What is it\nabout?");
            var labels = await db.Labels.OrderBy(l => l.Order).ToListAsync(token);
            var items = await db.Items.OrderBy(i => i.Id).ToListAsync(token);
            foreach (var (item, i) in items.Select((item, i) => (item, i)))
            {
                (item.Text, item.ExternalId, item.Metadata) = (Texts[i], $"a{i}", i == 0 ? "{\"channel\":\"mail\"}" : null);
                var given = i < answers.Length ? answers[i] : (null, null);
                foreach (var (user, json) in new[] { (ada, given.Item1), (ben, given.Item2) })
                    if (json is not null) db.Answers.Add(Answer(project, labels, item, user, json));
                await db.SaveChangesAsync(token);
                await FinalAnswers.SettleAsync(db, project, item.Id, token);
            }
            db.Skips.Add(new Skip { ProjectId = project.Id, ItemId = items[3].Id, UserId = ben.Id, Reason = "unclear", CreatedAt = 2000 });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
    }

    private Answer Answer(Project project, List<Label> labels, Item item, AppUser user, string json)
    {
        var sent = JsonSerializer.Deserialize<JsonElement>(json.Replace("#0", $"{labels[0].Id}").Replace("#1", $"{labels[1].Id}"));
        var (read, problem) = project.Kind().Read(project, labels, item.Text, sent, 2000);
        Assert.Null(problem);
        var answer = new Answer
        {
            SubmissionId = Guid.NewGuid(), ProjectId = project.Id, ItemId = item.Id, UserId = user.Id, AnswerJson = read!.Json,
            LabelId = read.LabelId, AnswerText = read.Text, CreatedAt = 1_767_323_045_000, ActiveMilliseconds = 4100,
            Stratum = Stratum.Random,
        };
        foreach (var part in project.Kind().Parts(answer)) answer.Parts.Add(part);
        return answer;
    }

    private async Task<byte[]> BytesAsync(string format)
    {
        using var answer = await _lead.GetAsync($"/api/v1/projects/{_world.ProjectId}/export/{format}");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private async Task<string[]> LinesAsync(string format) =>
        Encoding.UTF8.GetString(await BytesAsync(format)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Quoted(string json) => json.Replace('\'', '"');

    // some writers escape what is outside of the basic plane, and mean the same
    private static string Plain(string json) => JsonSerializer.Serialize(Json(json));

    private static JsonElement Json(string line) => JsonSerializer.Deserialize<JsonElement>(line.TrimEnd(','));

    private static readonly (string?, string?)[] Choices = [("{\"label\":#0}", "{\"label\":#0}"), ("{\"label\":#1}", null),
        ("{\"label\":#0}", "{\"label\":#1}")];

    [Fact]
    public async Task Choice_InEveryFormat_IsWhatTheToolItselfWrites()
    {
        await StartAsync(TaskType.SingleChoice, Choices);

        var tasks = JsonSerializer.Deserialize<JsonElement>(await BytesAsync("label-studio"));
        Assert.Equal(4, tasks.GetArrayLength());
        Assert.Equal(Plain(Quoted("{'text':'Where is my 👨‍👩‍👧 card?','id':'a0','channel':'mail'}")),
            Plain(tasks[0].GetProperty("data").GetRawText()));
        Assert.Equal(Quoted("{'completed_by':2,'was_cancelled':false,'created_at':'2026-01-02T03:04:05Z',"
            + "'lead_time':4.1,'result':[{'from_name':'label','to_name':'text',"
            + "'type':'choices','value':{'choices':['answer 0']}}]}"), tasks[0].GetProperty("annotations")[1].GetRawText());
        Assert.Equal(Quoted("[{'completed_by':2,'was_cancelled':true,'created_at':'1970-01-01T00:00:02Z','result':[]}]"),
            tasks[3].GetProperty("annotations").GetRawText());

        Assert.Equal(Plain(Quoted("{'id':'a0','status':'completed','text':'Where is my 👨‍👩‍👧 card?',"
            + "'label.responses':['answer 0','answer 0'],"
            + "'label.responses.users':['ada','ben'],'label.responses.inserted_at':['2026-01-02T03:04:05Z','2026-01-02T03:04:05Z'],"
            + "'label.responses.status':['submitted','submitted'],'metadata.channel':'mail'}")),
            Plain((await LinesAsync("argilla"))[0]));
        var prodigy = await LinesAsync("prodigy");
        Assert.Equal(Quoted("{'text':'=cmd, \\'quoted\\'','meta':{'id':'a1'},'options':[{'id':'answer 0','text':'answer 0'},"
            + "{'id':'answer 1','text':'answer 1'}],'accept':['answer 1'],'answer':'accept','_session_id':'p-ada',"
            + "'_timestamp':1767323045}"),
            prodigy[2]);
        Assert.Equal("ignore", Json(prodigy[^1]).GetProperty("answer").GetString());

        // who disagree decide nothing
        Assert.Equal(new[] { """{"id":"a0","text":"Where is my 👨‍👩‍👧 card?","label":["answer 0"],"channel":"mail"}""",
            """{"id":"a1","text":"=cmd, \"quoted\"","label":["answer 1"]}""" }.Select(Plain), (await LinesAsync("doccano")).Select(Plain));
        Assert.Equal("""["=cmd, \"quoted\"",{"cats":{"answer 0":0,"answer 1":1}}]""", (await LinesAsync("spacy"))[2]);
        var csv = await LinesAsync("csv");
        Assert.Equal("a1,2,\"'=cmd, \"\"quoted\"\"\",answer 1,only,1,random\r", csv[2]);
        Assert.Equal("a2,3,\"Geld zurück\r", csv[3]);
        Assert.Equal("nach  Köln\",,none,2,random\r", csv[4]);
    }

    [Fact]
    public async Task HuggingFace_Folder_HasRowsOfEachSplitAndTheCardNamesThem()
    {
        await StartAsync(TaskType.MultiLabel, ("{\"labels\":[#0,#1]}", null), ("{\"labels\":[]}", null), ("{\"labels\":[#1]}", null));
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) => db.Items.Where(i => i.ExternalId == "a2")
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.Split, ItemSplit.Test), token), CancellationToken.None);
        using var archive = new ZipArchive(new MemoryStream(await BytesAsync("huggingface")));
        Assert.Equal(["data/train.jsonl", "data/test.jsonl", "README.md"], archive.Entries.Select(e => e.FullName));
        string Read(string name)
        {
            using var reader = new StreamReader(archive.GetEntry(name)!.Open());
            return reader.ReadToEnd();
        }
        Assert.Equal(new[] { """{"id":"a0","text":"Where is my 👨‍👩‍👧 card?","label":["answer 0","answer 1"]}""",
            """{"id":"a1","text":"=cmd, \"quoted\"","label":[]}""" }.Select(Plain),
            Read("data/train.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Plain));
        Assert.Equal("{\"id\":\"a2\",\"text\":\"Geld zurück\\r\\nnach  Köln\",\"label\":[\"answer 1\"]}\n", Read("data/test.jsonl"));
        var card = Read("README.md");
        Assert.StartsWith("---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train.jsonl\n", card,
            StringComparison.Ordinal);
        Assert.Contains("  - name: test\n    num_examples: 1\n---\n# Cards: *all*\n\nWhat is it about?\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_OverAnEmoji_CountUtf16InLabelStudioAndCodePointsElsewhere()
    {
        // "card" behind a family of three, which is 8 units and 5 code points
        await StartAsync(TaskType.Spans, (Quoted("{'spans':[{'start':18,'end':22,'label':#1},{'start':0,'end':5,'label':#0}]}"), null));
        var task = JsonSerializer.Deserialize<JsonElement>(await BytesAsync("label-studio"))[0];
        Assert.Equal("""{"start":21,"end":25,"text":"card","labels":["answer 1"]}""",
            task.GetProperty("annotations")[0].GetProperty("result")[1].GetProperty("value").GetRawText());
        Assert.Equal("""[[0,5,"answer 0"],[18,22,"answer 1"]]""", Json((await LinesAsync("doccano"))[0]).GetProperty("label").GetRawText());
        Assert.Equal("""[{"start":0,"end":5,"label":"answer 0"},{"start":18,"end":22,"label":"answer 1"}]""",
            Json((await LinesAsync("prodigy"))[0]).GetProperty("spans").GetRawText());
        Assert.Equal("""{"entities":[[0,5,"answer 0"],[18,22,"answer 1"]]}""", Json((await LinesAsync("spacy"))[1])[1].GetRawText());
        Assert.Equal(["Where\tB-answer_0", "is\tO", "my\tO", "card\tB-answer_1", "?\tO"],
            (await LinesAsync("conll")).Where(l => char.IsAscii(l[0])));
    }

    [Theory]
    [InlineData("new york city", 4, 8, "new\tO|york\tB-x|city\tO")]
    [InlineData("newyork", 3, 7, "new\tO|york\tB-x")]
    [InlineData("St. John's day", 0, 10, "St\tB-x|.\tI-x|John\tI-x|'\tI-x|s\tI-x|day\tO")]
    public void Conll_SpanWhereverItBegins_IsWholeTokens(string text, int start, int end, string lines) =>
        Assert.Equal(lines.Split('|'), ConllFormat.Tokens(text, [new(start, end, "x")]).Select(t => $"{t.Token}\t{t.Tag}"));

    [Fact]
    public async Task Written_AnswersInAFormatOfLabels_AreRefusedAndTheOthersNamed()
    {
        await StartAsync(TaskType.ShortAnswer, ("{\"text\":\"Köln\"}", null));
        using var refused = await _lead.GetAsync($"/api/v1/projects/{_world.ProjectId}/export/conll");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var said = await refused.Content.ReadAsStringAsync();
        Assert.Contains("bad-format", said, StringComparison.Ordinal);
        Assert.Contains("native, label-studio, argilla, prodigy, doccano, huggingface, huggingface-parquet, csv", said,
            StringComparison.Ordinal);
        using var unknown = await _lead.GetAsync($"/api/v1/projects/{_world.ProjectId}/export/xml");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("""["Köln"]""", Json((await LinesAsync("doccano"))[0]).GetProperty("label").GetRawText());
    }

    [Fact]
    public async Task Pseudonyms_WhereAsked_StandForEveryName()
    {
        await StartAsync(TaskType.SingleChoice, Choices);
        foreach (var format in FormatKinds.All.Where(f => f.Holds(new Project())))
        {
            var file = Encoding.UTF8.GetString(await BytesAsync($"{format.Name}?pseudonyms=true"));
            Assert.DoesNotContain("\"ada\"", file, StringComparison.Ordinal);
            Assert.DoesNotContain("p-ben", file, StringComparison.Ordinal);
        }
        Assert.Contains("\"u2\"", (await LinesAsync("argilla?pseudonyms=true"))[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("label-studio", "x.json"), InlineData("argilla", "x.jsonl"), InlineData("prodigy", "x.jsonl")]
    [InlineData("doccano", "x.jsonl"), InlineData("csv", "x.csv"), InlineData("native", "x.jsonl")]
    public async Task Choice_ExportedAndReadAgain_HasItsTextsAndAnswers(string format, string name)
    {
        await StartAsync(TaskType.SingleChoice, ("{\"label\":#0}", null), ("{\"label\":#1}", null), ("{\"label\":#0}", null));
        var rows = ReadFile.Mapped(Encoding.UTF8.GetString(await BytesAsync(format)), name).Where(r => r.Answer is not null).ToList();
        Assert.Equal(["answer 0", "answer 1", "answer 0"], rows.Select(r => r.Answer));
        Assert.Equal(Texts[..3], rows.Select(r => r.Text));
        // people who label see nothing of how the table was made
        Assert.All(rows, r => Assert.True(r.Metadata is null or "{\"channel\":\"mail\"}", r.Metadata));
    }

    [Theory]
    [InlineData("label-studio", "x.json"), InlineData("argilla", "x.jsonl"), InlineData("doccano", "x.jsonl")]
    [InlineData("native", "x.jsonl")]
    public async Task Written_ExportedAndReadAgain_HasItsTextsAndAnswers(string format, string name)
    {
        await StartAsync(TaskType.ShortAnswer, ("{\"text\":\"Köln\"}", null), ("{\"text\":\"=1\"}", null), ("{\"text\":\"x\"}", null));
        var rows = ReadFile.Mapped(Encoding.UTF8.GetString(await BytesAsync(format)), name).Where(r => r.Answer is not null).ToList();
        Assert.Equal(["Köln", "=1", "x"], rows.Select(r => r.Answer));
        Assert.Equal(Texts[..3], rows.Select(r => r.Text));
    }
}
