using System.Globalization;
using System.Text;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>A table of the items with their final answers. A cell that a spreadsheet would take for a formula begins with an
/// apostrophe.</summary>
public sealed class CsvFormat : IAnswerFormat
{
    private static readonly string[] Head = ["id", "line", "text", "answer", "decided by", "answers", "stratum"];

    public string Name => "csv";
    public string Title => "CSV";
    public string Ending => ".csv";
    public string MediaType => "text/csv; charset=utf-8";

    public bool Holds(Project project) => true;

    public async Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation)
    {
        // the mark tells spreadsheets that it is UTF-8
        await using var writer = new StreamWriter(output, new UTF8Encoding(true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', Head));
        var kind = source.Project.Kind();
        await foreach (var item in source.ItemsAsync().WithCancellation(cancellation))
        {
            if (item.Settled is not { } settled) continue;
            var said = item.Given.FirstOrDefault(g => g.Row.Id == settled.AnswerId);
            string?[] cells = [item.Item.ExternalId, item.Item.Line.ToString(CultureInfo.InvariantCulture), item.Item.Text,
                said is null ? null : kind.TextNow(said.Row, source.Labels), settled.By.ToString().ToLowerInvariant(),
                settled.Heard.ToString(CultureInfo.InvariantCulture), Strata.Name(settled.Stratum)];
            await writer.WriteLineAsync(string.Join(',', cells.Select(Cell)));
        }
    }

    internal static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "";
        if (value[0] is '=' or '+' or '-' or '@' or '\t' or '\r') value = "'" + value;
        return value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
