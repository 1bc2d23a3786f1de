using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Importing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Formats;

/// <summary>What an export says, its import says again: texts, ids where the format has them, and what was agreed on.</summary>
public sealed partial class RoundTripTests
{
    private static readonly string[] Labels = ["city", "größe", "東京"];
    private static readonly string[] Words =
        ["Rome", "👨‍👩‍👧", "Köln", "to", "東京", "القاهرة", "e\u0301té", "say", "🇩🇪", "x", "one", "two", "three"];

    // "," and ";" and quotes for all; signs apart where tokens are what the format keeps
    private static readonly string[] Signs = ["\"no\"", "a,b", "<b>", "it's", "50%", "\\n", "{x}", "1;2"];

    [Theory]
    [InlineData(TaskType.SingleChoice, "native", "label-studio", "argilla", "prodigy", "doccano", "spacy", "csv",
        "huggingface", "huggingface-parquet")]
    [InlineData(TaskType.MultiLabel, "native", "label-studio", "argilla", "prodigy", "doccano", "spacy", "csv",
        "huggingface", "huggingface-parquet")]
    [InlineData(TaskType.ShortAnswer, "native", "label-studio", "argilla", "prodigy", "doccano", "csv",
        "huggingface", "huggingface-parquet")]
    [InlineData(TaskType.RewritePair, "native", "label-studio", "argilla", "prodigy", "doccano", "csv",
        "huggingface", "huggingface-parquet")]
    [InlineData(TaskType.Spans, "native", "label-studio", "argilla", "prodigy", "doccano", "spacy", "conll",
        "huggingface", "huggingface-parquet")]
    public async Task Export_ReadIntoAnotherProject_SaysTheSame(TaskType type, params string[] formats)
    {
        await using var pool = await PoolFixture.StartAsync(Labels);
        await SetKindAsync(pool, pool.ProjectId, type);
        // seeded: a failure names its case, and comes again
        var source = Source(type, new Random((int)type + 5));
        var mapping = (ColumnMapping m) => m with { Text = "text", Id = "id", Answer = source.Path, EmptyIsAnswer = true };
        Assert.Equal((12, 0), Counts(await pool.ImportAsync(source.File, "a.jsonl", AnswerUse.Labels, mapping)));
        var before = await AnswersAsync(pool, pool.ProjectId);
        Assert.Equal(12, before.Count);

        foreach (var format in formats)
        {
            var file = await pool.Lead.GetByteArrayAsync($"/api/v1/projects/{pool.ProjectId}/export/{format}");
            var copy = await pool.CopyAsync(type, Labels);
            var ending = format switch
            {
                "label-studio" or "spacy" => "json", "csv" or "conll" => format, "huggingface" or "huggingface-parquet" => "zip",
                _ => "jsonl",
            };
            var import = await copy.ImportAsync(file, $"a.{ending}", AnswerUse.Labels,
                m => m.For(DataEfficiency.Portal.Tasks.TaskKinds.Of(type)) with { Use = AnswerUse.Labels });
            var after = await AnswersAsync(pool, copy.ProjectId);
            await using var db = await pool.Portal.OpenDbAsync();
            var issue = await db.ImportIssues.Where(i => i.ImportId == import.Id).Select(i => i.Reason + i.Excerpt).FirstOrDefaultAsync();
            // an empty list there may be a text that nobody has looked at
            var expected = format is "doccano" ? before.Where(b => b.Answer != "none").ToList() : before;
            if (format is "conll")
                // tokens are what it keeps: written again they are the same
                Assert.Equal(file, await pool.Lead.GetByteArrayAsync($"/api/v1/projects/{copy.ProjectId}/export/conll"));
            else
                Assert.True(expected.Select(e => (e.Text, e.Answer)).SequenceEqual(after.Select(a => (a.Text, a.Answer))),
                    $"{type} by {format}: {import.Added} of {import.Rows}; {issue}\n{string.Join('\n', expected)}\n---\n"
                    + string.Join('\n', after));
            if (format is not ("conll" or "spacy"))
                Assert.Equal(expected.Select(e => e.Id), after.Select(a => a.Id));
        }
    }

    // what spreadsheets, encodings and readers of lines stumble over
    private static readonly string[] Nasty =
    [
        "ctrl \u0001 \u0008 \u001f \u007f", "crlf\r\nline\rcr\nlf", "👨‍👩‍👧‍👦 🇩🇪 e\u0301", "\u202eRTL\u202c \u200f العربية", "=1+1",
        "+49 30", "-dash", "@user", "\ttab", "'=quoted", "''+twice", "'plain", "\"q\"", "a,b;c|d", "\u2028ls\u2029ps\u0085nel",
        "_x000D_ \\u0041", "null", "true", "01", "1", "1.0", "#N/A", "__label__x y", "sep=;", "{\"a\":1}", "[\"x\"]", "\ufeffbom",
        "\ufffd \ufffe", "\u001a", "id,text,label", new string('x', 100_000),
    ];

    private static readonly string[] NastyLabels =
    [
        "a, b", "a|b", "line\nbreak", "say \"x\"", "01", "1", "true", "=SUM(1)", "-", "New York", "New_York", "[x]", "{\"y\"}", "0.10",
        "🇩🇪", "'apos",
    ];

    [Theory]
    [InlineData(TaskType.SingleChoice, "native", "label-studio", "argilla", "prodigy", "doccano", "csv", "huggingface-parquet")]
    [InlineData(TaskType.MultiLabel, "native", "label-studio", "argilla", "prodigy", "csv", "huggingface", "spacy")]
    [InlineData(TaskType.ShortAnswer, "native", "label-studio", "argilla", "prodigy", "doccano", "csv", "huggingface-parquet")]
    [InlineData(TaskType.Spans, "native", "label-studio", "argilla", "prodigy", "spacy", "conll", "huggingface-parquet")]
    public async Task Export_OfWhatReadersStumbleOver_SaysTheSameAndNothingMore(TaskType type, params string[] formats)
    {
        await using var pool = await PoolFixture.StartAsync(NastyLabels);
        await SetKindAsync(pool, pool.ProjectId, type);
        var kind = DataEfficiency.Portal.Tasks.TaskKinds.Of(type);
        string Label(int i) => NastyLabels[i % NastyLabels.Length];
        static int Blank(string text) => char.IsWhiteSpace(text[0]) ? 1 : 0;
        // two share a text: their ids tell them apart
        var rows = Nasty.Append(Nasty[1]).Select((text, i) => JsonSerializer.Serialize(new
        {
            id = i == 0 ? "=id" : $"x{i}", text, split = "pool", places = 1, answers = new[]
            {
                new { by = "ada", answer = (object)(type switch
                {
                    TaskType.SingleChoice => new { label = Label(i) },
                    TaskType.MultiLabel => new { labels = i % 5 == 0 ? [] : NastyLabels.Where((_, l) => l == i % 16 || l == i * 7 % 16) },
                    TaskType.Spans => new
                    {
                        spans = i % 4 == 0 ? [] : new[]
                        {
                            // a blank is no token
                            new { start = Blank(text), end = Blank(text) + 1, label = Label(i) },
                        },
                    },
                    _ => new { text = Nasty[(i + 1) % (Nasty.Length - 1)].Trim() },
                }) },
            },
        }));
        ColumnMapping Kept(ColumnMapping m) => m.For(kind) with { Use = AnswerUse.Labels, KeepDuplicates = true };
        Assert.Equal((Nasty.Length + 1, 0), Counts(await pool.ImportAsync(string.Join('\n', rows), "a.jsonl", AnswerUse.Labels, Kept)));
        var before = await AnswersAsync(pool, pool.ProjectId);
        foreach (var format in formats)
        {
            var file = await pool.Lead.GetByteArrayAsync($"/api/v1/projects/{pool.ProjectId}/export/{format}");
            var copy = await pool.CopyAsync(type, NastyLabels);
            var ending = format switch
            {
                "label-studio" or "spacy" => "json", "csv" or "conll" => format, ['h', ..] => "zip", _ => "jsonl",
            };
            var import = await copy.ImportAsync(file, $"a.{ending}", AnswerUse.Labels, Kept);
            Assert.True(import is { Bad: 0, State: WorkState.Done }, $"{format}: {import.Bad} bad");
            var after = await AnswersAsync(pool, copy.ProjectId);
            if (format == "conll")
            {
                // tokens are what it keeps, and of every label which one it is
                Assert.Equal(before.Select(b => b.Answer.Split(" -> ")[^1]), after.Select(a => a.Answer.Split(" -> ")[^1]));
                continue;
            }
            var expected = format == "spacy" ? before.Select(b => ((string?)null, b.Text, b.Answer)) : before;
            Assert.Equal(expected, after);
            await using var db = await pool.Portal.OpenDbAsync();
            Assert.Equal(0, await db.Items.CountAsync(i => i.ProjectId == copy.ProjectId && i.Metadata != null));
        }
    }

    [Fact]
    public async Task Export_OfEachPersonsAnswersAsCsv_IsEachPersonsAgain()
    {
        await using var pool = await PoolFixture.StartAsync(Labels);
        await pool.ImportAsync(People(TaskType.SingleChoice), "a.jsonl", AnswerUse.Labels);
        var file = await MadeAsync(pool, pool.ProjectId);
        var copy = await pool.CopyAsync(TaskType.SingleChoice, Labels);
        // a row for each of six answers to three items; who skipped stands in no table
        var import = await copy.ImportAsync(file, "a.csv", AnswerUse.Labels);
        Assert.Equal((6, 3, 0), (import.Rows, import.Added, import.Bad));
        Assert.Equal(WithoutLines(file), WithoutLines(await MadeAsync(pool, copy.ProjectId)));

        // they are those of each file
        static string WithoutLines(string csv) => Regex.Replace(csv, "(?m)^([a-z]+),[0-9]+,", "$1,");
    }

    private static async Task<string> MadeAsync(PoolFixture pool, int project)
    {
        using var asked = await pool.Lead.PostAsJsonAsync($"/api/v1/projects/{project}/exports", new { format = "csv", what = "answers" });
        var export = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("export").GetInt32();
        using var limit = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            var line = await pool.Lead.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{project}/exports/{export}", limit.Token);
            if (line.GetProperty("state").GetString() == "done")
                return await pool.Lead.GetStringAsync(line.GetProperty("file").GetString(), limit.Token);
            Assert.Equal(JsonValueKind.Null, line.GetProperty("error").ValueKind);
            await Task.Delay(20, limit.Token);
        }
    }

    [Fact]
    public async Task Export_OfColumnsCalledAsTheFormatsFields_LosesNone()
    {
        await using var pool = await PoolFixture.StartAsync(Labels);
        await pool.ImportAsync("key,body,text,label,id\nk1,what is read,a title,city,7\n", "a.csv", AnswerUse.Labels,
            m => m with { Text = "body", Template = null, Id = "key", Answer = "label" });
        foreach (var (format, ending) in new[] { ("label-studio", "json"), ("argilla", "jsonl"), ("prodigy", "jsonl"),
            ("doccano", "jsonl") })
        {
            var copy = await pool.CopyAsync(TaskType.SingleChoice, Labels);
            await copy.ImportAsync(await pool.Lead.GetByteArrayAsync($"/api/v1/projects/{pool.ProjectId}/export/{format}"), $"a.{ending}",
                AnswerUse.Labels);
            await using var db = await pool.Portal.OpenDbAsync();
            var item = await db.Items.SingleAsync(i => i.ProjectId == copy.ProjectId);
            Assert.Equal(("k1", "what is read"), (item.ExternalId, item.Text));
            Assert.Equal(["7", "a title"], JsonSerializer.Deserialize<Dictionary<string, string>>(item.Metadata!)!.Values
                .Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Export_OfHiddenGoldAndPartsOfTexts_KeepsBothBesideTheAnswers()
    {
        await using var pool = await PoolFixture.StartAsync(Labels);
        const string fields = """[{"name":"premise","text":"a"},{"name":"hypothesis","text":"b"}]""";
        const string file = $$"""
            {"id":"1","text":"premise: a\nhypothesis: b","fields":{{fields}},"gold":"city","split":"test","places":1,"answers":[
            """ + """
            {"by":"ada","rev":1,"answer":{"label":"größe"}}]}
            {"id":"2","text":"two","gold":["city","東京"],"split":"pool","places":1,"answers":[]}
            {"id":"3","text":"three","gold":"nowhere","split":"pool","places":1,"answers":[]}
            """;
        var import = await pool.ImportAsync(file, "a.jsonl", AnswerUse.Labels);
        Assert.Equal((2, 1), Counts(import));
        var first = await ExportAsync(pool, pool.ProjectId, "native");
        Assert.Contains("\"fields\":[{\"name\":\"premise\",\"text\":\"a\"}", first, StringComparison.Ordinal);
        Assert.Contains("\"gold\":[\"city\",\"東京\"]", first, StringComparison.Ordinal);
        var copy = await pool.CopyAsync(TaskType.SingleChoice, Labels);
        await copy.ImportAsync(first, "a.jsonl", AnswerUse.Labels);
        Assert.Equal(first, await ExportAsync(pool, copy.ProjectId, "native"));
    }

    [Theory]
    [InlineData(TaskType.SingleChoice), InlineData(TaskType.MultiLabel), InlineData(TaskType.ShortAnswer), InlineData(TaskType.Spans)]
    public async Task Export_OfSeveralPeople_ReadIntoAnotherProjectAndExportedAgain_IsTheSame(TaskType type)
    {
        await using var pool = await PoolFixture.StartAsync(Labels);
        await SetKindAsync(pool, pool.ProjectId, type);
        var kind = DataEfficiency.Portal.Tasks.TaskKinds.Of(type);
        var import = await pool.ImportAsync(People(type), "a.jsonl", AnswerUse.Labels, m => m.For(kind) with { Use = AnswerUse.Labels });
        Assert.Equal((4, 0), Counts(import));
        foreach (var (format, ending) in new[] { ("native", ".jsonl"), ("label-studio", ".json"), ("argilla", ".jsonl"),
            ("prodigy", ".jsonl") })
        {
            var file = await ExportAsync(pool, pool.ProjectId, format);
            var copy = await pool.CopyAsync(type, Labels);
            import = await copy.ImportAsync(file, $"a{ending}", AnswerUse.Labels, m => m.For(kind) with { Use = AnswerUse.Labels });
            Assert.True(import is { Bad: 0, Duplicates: 0 }, $"{format}: {import.Bad} bad, {import.Duplicates} duplicates");
            Assert.Equal(file, await ExportAsync(pool, copy.ProjectId, format));
            // times, and of the portal's own the reasons of skips, are in the file and read from it
            Assert.Contains(format == "prodigy" ? "1767323045" : "2026-01-02T03:04:05", file);
            Assert.Equal(format == "native" ? ["broken text", "other"] : ["other", "other"], await ReasonsAsync(pool, copy.ProjectId));
        }
        Assert.Equal(Given(People(type)), Given(await ExportAsync(pool, pool.ProjectId, "native")));

        // what the file said, without what the portal adds
        static string Given(string file) => string.Concat(file.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(l => JsonSerializer.Deserialize<JsonElement>(l).GetProperty("answers").EnumerateArray()
                .Select(a => $"{a.GetProperty("by")} {a.GetProperty("rev")} {a.GetProperty("answer").GetRawText()}\n")));
    }

    // agreed, disagreed, skipped by one, skipped only; more than one part of each person
    private static string People(TaskType type)
    {
        string Said(int i) => JsonSerializer.Serialize<object>(type switch
        {
            TaskType.SingleChoice => new { label = Labels[i] },
            TaskType.MultiLabel => new { labels = Labels[..i] },
            TaskType.Spans => new { spans = Enumerable.Range(0, i).Select(n => new { start = n * 4, end = n * 4 + 3, label = Labels[n] }) },
            _ => new { text = $"answer {i}" },
        }, Relaxed);
        string Given(string by, int i, int rev = 1) => $$"""
            {"by":"{{by}}","at":"2026-01-02T03:04:0{{i}}+00:00","ms":{{4100 + i}},"rev":{{rev}},"answer":{{Said(i)}}}
            """;
        string Line(string id, string text, string answers, string skips = "") => $$"""
            {"id":"{{id}}","text":"{{text}}","meta":{"from":"mail"},"split":"pool","places":2,"answers":[{{answers}}],"skips":[{{skips}}]}
            """ + "\n";
        return Line("a", "Ada saw 👨‍👩‍👧 in Köln", $"{Given("ada", 1)},{Given("Bén", 1)},{Given("cleo d", 2, 3)}")
            + Line("b", "one two three", $"{Given("ada", 2)},{Given("Bén", 1)}") + Line("c", "two one three", Given("ada", 0),
                "{\"by\":\"Bén\",\"at\":\"2026-01-02T03:04:05Z\",\"reason\":\"broken text\"}")
            + Line("d", "the last of them", "", "{\"by\":\"dora\",\"at\":\"2026-01-02T03:04:06Z\"}");
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder
        .UnsafeRelaxedJsonEscaping };

    // without the numbers that each database gives anew
    private static async Task<string> ExportAsync(PoolFixture pool, int project, string format) =>
        Numbers().Replace(await pool.Lead.GetStringAsync($"/api/v1/projects/{project}/export/{format}"), "");

    [GeneratedRegex("\"submission\":\"[^\"]*\",|\"id\":[0-9]+,|\"line\":[0-9]+,")]
    private static partial Regex Numbers();

    private static (string File, string Path) Source(TaskType type, Random random)
    {
        var file = new StringBuilder();
        for (var i = 0; i < 12; i++)
        {
            var words = Enumerable.Range(0, 3 + random.Next(5)).Select(_ => random.Next(4) == 0 ? Signs[random.Next(Signs.Length)]
                : Words[random.Next(Words.Length)]).ToList();
            var text = $"{string.Join(' ', words)} {i}";
            object final = type switch
            {
                TaskType.SingleChoice => new { label = Labels[random.Next(3)] },
                TaskType.MultiLabel => new { labels = Labels.Where(_ => random.Next(2) == 0) },
                TaskType.Spans => new { spans = Spans(words, random) },
                _ => new { text = $"{Words[random.Next(Words.Length)]} {i}, \"so\"" },
            };
            file.AppendLine(JsonSerializer.Serialize(new { id = $"x{i}", text, final }));
        }
        return (file.ToString(), type switch
        {
            TaskType.SingleChoice => "final.label", TaskType.MultiLabel => "final.labels", TaskType.Spans => "final.spans",
            _ => "final.text",
        });
    }

    private static List<object> Spans(List<string> words, Random random)
    {
        var (spans, at) = (new List<object>(), 0);
        foreach (var word in words)
        {
            var end = at + word.EnumerateRunes().Count();
            if (random.Next(3) == 0) spans.Add(new { start = at, end, label = Labels[random.Next(3)] });
            at = end + 1;
        }
        return spans;
    }

    private static (int, int) Counts(Import import) => (import.Added, import.Bad);

    private static async Task SetKindAsync(PoolFixture pool, int project, TaskType type)
    {
        await using var db = await pool.Portal.OpenDbAsync();
        await db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.TaskType, type));
    }

    private static async Task<List<string>> ReasonsAsync(PoolFixture pool, int project)
    {
        await using var db = await pool.Portal.OpenDbAsync();
        return await db.Skips.Where(s => s.ProjectId == project).OrderBy(s => s.ItemId).Select(s => s.Reason).ToListAsync();
    }

    private static async Task<List<(string? Id, string Text, string Answer)>> AnswersAsync(PoolFixture pool, int project)
    {
        await using var db = await pool.Portal.OpenDbAsync();
        return [.. (await db.Answers.Where(a => a.ProjectId == project && a.Current).Join(db.Items, a => a.ItemId, i => i.Id,
            (a, i) => new { i.Line, i.ExternalId, i.Text, a.AnswerText }).ToListAsync()).OrderBy(i => i.Line)
            .Select(i => (i.ExternalId, i.Text, i.AnswerText))];
    }
}
