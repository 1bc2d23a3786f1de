using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>Argilla's records as a data set: the answers to one question side by side, with who gave them; a skip is a discarded
/// one.</summary>
public sealed class ArgillaFormat : JsonLinesFormat
{
    public override string Name => "argilla";
    public override string Title => "Argilla";
    public override IReadOnlyList<ExportWhat> Says => [ExportWhat.Answers, ExportWhat.Final];

    protected override async IAsyncEnumerable<object> Rows(FormatSource source)
    {
        await foreach (var item in source.ItemsAsync())
        {
            var row = new Dictionary<string, object>
            {
                ["id"] = item.Id, ["status"] = item.Answers.Count() >= (source.What == ExportWhat.Final ? 1 : Math.Max(1, item.Places))
                    ? "completed" : "pending",
                ["text"] = item.Item.Text,
                ["label.responses"] = item.Answers.Select(g => Value(g.Answer, source.Project))
                    .Concat(item.Skipped.Select(_ => (object?)null)),
                ["label.responses.users"] = item.Answers.Select(g => g.By).Concat(item.Skipped.Select(s => s.By)),
                ["label.responses.inserted_at"] = item.Answers.Select(g => FormatJson.Time(g.Row.CreatedAt))
                    .Concat(item.Skipped.Select(s => FormatJson.Time(s.At))),
                ["label.responses.status"] = item.Answers.Select(_ => "submitted").Concat(item.Skipped.Select(_ => "discarded")),
            };
            FormatSource.AddMeta(row, item.Item, "metadata.");
            yield return row;
        }
    }

    private static object? Value(FormatAnswer answer, Project project) => answer.Text
        ?? (object?)answer.Spans?.Select(s => new { start = s.Start, end = s.End, label = s.Label })
        ?? (project.Kind().IsSet ? answer.Labels : answer.Labels?[0]);
}
