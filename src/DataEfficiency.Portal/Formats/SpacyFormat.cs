using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>spaCy's training pairs: ["text", {"cats": {..}}] for labels, {"entities": [..]} for spans.</summary>
public sealed class SpacyFormat : IAnswerFormat
{
    public string Name => "spacy";
    public string Title => "spaCy";
    public string Ending => ".spacy.json";
    public string MediaType => "application/json";

    // a written answer is neither
    public bool Holds(Project project) => project.Kind().HasLabels;

    public IReadOnlyList<ExportWhat> Says => [ExportWhat.Final];

    public Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation) =>
        FormatJson.ArrayAsync(output, Rows(source), cancellation);

    private static async IAsyncEnumerable<object> Rows(FormatSource source)
    {
        await foreach (var item in source.ItemsAsync())
        {
            if (item.Final is not { } final) continue;
            yield return new object[]
            {
                item.Item.Text,
                final.Spans is { } spans ? new { entities = spans.Select(s => new object[] { s.Start, s.End, s.Label }) }
                    : new { cats = source.LabelTexts.Union(final.Labels!).ToDictionary(l => l, l => final.Labels!.Contains(l) ? 1 : 0) },
            };
        }
    }
}
