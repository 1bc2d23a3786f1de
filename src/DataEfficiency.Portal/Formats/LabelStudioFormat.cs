using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>Label Studio's JSON: a task for each item, an annotation for each answer, a cancelled one for each skip. Spans count UTF-16
/// units there.</summary>
public sealed class LabelStudioFormat : IAnswerFormat
{
    public string Name => "label-studio";
    public string Title => "Label Studio";
    public string Ending => ".json";
    public string MediaType => "application/json";

    public bool Holds(Project project) => true;

    public IReadOnlyList<ExportWhat> Says => [ExportWhat.Answers, ExportWhat.Final];

    public Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation) =>
        FormatJson.ArrayAsync(output, Rows(source), cancellation);

    private static async IAsyncEnumerable<object> Rows(FormatSource source)
    {
        await foreach (var item in source.ItemsAsync())
        {
            var data = new Dictionary<string, object> { ["text"] = item.Item.Text };
            if (item.Item.ExternalId is { } id) data["id"] = id;
            FormatSource.AddMeta(data, item.Item);
            yield return new
            {
                id = item.Item.Id, data,
                annotations = item.Answers.Select(g => (object)new
                {
                    completed_by = g.Number, was_cancelled = false, created_at = FormatJson.Time(g.Row.CreatedAt),
                    lead_time = g.Row.ActiveMilliseconds > 0 ? g.Row.ActiveMilliseconds / 1000.0 : (double?)null,
                    result = Results(g.Answer, item.Item.Text),
                }).Concat(item.Skipped.Select(s => new
                {
                    completed_by = s.Number, was_cancelled = true, created_at = FormatJson.Time(s.At), result = Array.Empty<object>(),
                })),
            };
        }
    }

    private static IEnumerable<object> Results(FormatAnswer answer, string text)
    {
        if (answer.Spans is { } spans)
        {
            var places = new CodePoints(text);
            return spans.Select(s => Result("labels", new
            {
                start = places.Unit(s.Start), end = places.Unit(s.End), text = places.Slice(s.Start, s.End), labels = new[] { s.Label },
            }));
        }
        return answer.Text is { } written ? [Result("textarea", new { text = new[] { written } })]
            : [Result("choices", new { choices = answer.Labels })];
    }

    private static object Result(string type, object value) => new { from_name = "label", to_name = "text", type, value };
}
