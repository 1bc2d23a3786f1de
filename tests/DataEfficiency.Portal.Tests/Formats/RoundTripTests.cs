using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Importing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Formats;

/// <summary>What an export says, its import says again: texts, ids where the format has them, and what was agreed on.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] Labels = ["city", "größe", "東京"];
    private static readonly string[] Words =
        ["Rome", "👨‍👩‍👧", "Köln", "to", "東京", "القاهرة", "e\u0301té", "say", "🇩🇪", "x", "one", "two", "three"];

    // "," and ";" and quotes for all; signs apart where tokens are what the format keeps
    private static readonly string[] Signs = ["\"no\"", "a,b", "<b>", "it's", "50%", "\\n", "{x}", "1;2"];

    [Theory]
    [InlineData(TaskType.SingleChoice, "native", "label-studio", "argilla", "prodigy", "doccano", "spacy", "csv")]
    [InlineData(TaskType.MultiLabel, "native", "label-studio", "argilla", "prodigy", "doccano", "spacy", "csv")]
    [InlineData(TaskType.ShortAnswer, "native", "label-studio", "argilla", "prodigy", "doccano", "csv")]
    [InlineData(TaskType.RewritePair, "native", "label-studio", "argilla", "prodigy", "doccano", "csv")]
    [InlineData(TaskType.Spans, "native", "label-studio", "argilla", "prodigy", "doccano", "spacy", "conll")]
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
            var file = await pool.Lead.GetStringAsync($"/api/v1/projects/{pool.ProjectId}/export/{format}");
            var copy = await pool.CopyAsync(type, Labels);
            var import = await copy.ImportAsync(file, $"a{(format is "label-studio" or "spacy" ? ".json" : format is "csv" ? ".csv"
                : format is "conll" ? ".conll" : ".jsonl")}", AnswerUse.Labels, m => m.For(DataEfficiency.Portal.Tasks.TaskKinds.Of(type))
                with { Use = AnswerUse.Labels });
            var after = await AnswersAsync(pool, copy.ProjectId);
            await using var db = await pool.Portal.OpenDbAsync();
            var issue = await db.ImportIssues.Where(i => i.ImportId == import.Id).Select(i => i.Reason + i.Excerpt).FirstOrDefaultAsync();
            // an empty list there may be a text that nobody has looked at
            var expected = format is "doccano" || (format, type) is ("label-studio", TaskType.Spans)
                ? before.Where(b => b.Answer != "none").ToList() : before;
            if (format is "conll")
                // tokens are what it keeps: written again they are the same
                Assert.Equal(file, await pool.Lead.GetStringAsync($"/api/v1/projects/{copy.ProjectId}/export/conll"));
            else
                Assert.True(expected.Select(e => (e.Text, e.Answer)).SequenceEqual(after.Select(a => (a.Text, a.Answer))),
                    $"{type} by {format}: {import.Added} of {import.Rows}; {issue}\n{string.Join('\n', expected)}\n---\n"
                    + string.Join('\n', after));
            if (format is "native" or "label-studio" or "argilla" or "doccano" or "csv")
                Assert.Equal(expected.Select(e => e.Id), after.Select(a => a.Id));
        }
    }

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

    private static async Task<List<(string? Id, string Text, string Answer)>> AnswersAsync(PoolFixture pool, int project)
    {
        await using var db = await pool.Portal.OpenDbAsync();
        return [.. (await db.Answers.Where(a => a.ProjectId == project && a.Current).Join(db.Items, a => a.ItemId, i => i.Id,
            (a, i) => new { i.Line, i.ExternalId, i.Text, a.AnswerText }).ToListAsync()).OrderBy(i => i.Line)
            .Select(i => (i.ExternalId, i.Text, i.AnswerText))];
    }
}
