using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>Argilla's records as a data set: the answers to one question side by side, with who gave them.</summary>
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
                ["label.responses"] = item.Answers.Select(g => Value(g.Answer, source.Project)),
                ["label.responses.users"] = item.Answers.Select(g => g.By),
                ["label.responses.status"] = item.Answers.Select(_ => "submitted"),
            };
            foreach (var (name, value) in FormatSource.MetaOf(item.Item)) row.TryAdd($"metadata.{name}", value);
            yield return row;
        }
    }

    private static object? Value(FormatAnswer answer, Project project) => answer.Text
        ?? (object?)answer.Spans?.Select(s => new { start = s.Start, end = s.End, label = s.Label })
        ?? (project.Kind().IsSet ? answer.Labels : answer.Labels?[0]);
}
