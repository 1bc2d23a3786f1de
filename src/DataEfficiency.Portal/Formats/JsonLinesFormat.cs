using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Formats;

/// <summary>A format of one JSON object a line that can say every kind of answer.</summary>
public abstract class JsonLinesFormat : IAnswerFormat
{
    public abstract string Name { get; }
    public abstract string Title { get; }
    public string Ending => $".{Name}.jsonl";
    public string MediaType => "application/jsonl";

    public abstract IReadOnlyList<ExportWhat> Says { get; }

    public bool Holds(Project project) => true;

    public Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation) =>
        FormatJson.LinesAsync(output, Rows(source), cancellation);

    protected abstract IAsyncEnumerable<object> Rows(FormatSource source);
}
