using System.Globalization;
using System.Text;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>A table of the items with their final answers, or a row for each person's answer. A cell that a spreadsheet would take for a
/// formula begins with an apostrophe.</summary>
public sealed class CsvFormat : IAnswerFormat
{
    internal static readonly string[] OfFinals = ["id", "line", "text", "answer", "decided by", "answers", "stratum"],
        OfAnswers = ["id", "line", "text", "answer", "by", "at", "seconds", "role", "stratum"];

    public string Name => "csv";
    public string Title => "CSV";
    public string Ending => ".csv";
    public string MediaType => "text/csv; charset=utf-8";

    public bool Holds(Project project) => true;

    public IReadOnlyList<ExportWhat> Says => [ExportWhat.Final, ExportWhat.Answers];

    public async Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation)
    {
        // the mark tells spreadsheets that it is UTF-8
        await using var writer = new StreamWriter(output, new UTF8Encoding(true), leaveOpen: true) { NewLine = "\r\n" };
        var finals = source.What == ExportWhat.Final;
        await writer.WriteLineAsync(string.Join(',', finals ? OfFinals : OfAnswers));
        await foreach (var item in source.ItemsAsync().WithCancellation(cancellation))
            foreach (var cells in finals ? Final(item, source) : item.Given.Select(g => Given(g, item, source)))
                await writer.WriteLineAsync(string.Join(',', cells.Select(Cell)));
    }

    private static IEnumerable<string?[]> Final(FormatItem item, FormatSource source)
    {
        if (item.Settled is not { } settled) return [];
        var said = item.Given.FirstOrDefault(g => g.Row.Id == settled.AnswerId);
        return [[item.Item.ExternalId, Number(item.Item.Line), item.Item.Text, said is null ? null : Words(said, source),
            settled.By.ToString().ToLowerInvariant(), Number(settled.Heard), Strata.Name(settled.Stratum)]];
    }

    private static string?[] Given(FormatGiven given, FormatItem item, FormatSource source) =>
        [item.Item.ExternalId, Number(item.Item.Line), item.Item.Text, Words(given, source), given.By,
            DateTimeOffset.FromUnixTimeMilliseconds(given.Row.CreatedAt).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            given.Row.ActiveMilliseconds > 0 ? (given.Row.ActiveMilliseconds / 1000.0).ToString(CultureInfo.InvariantCulture) : null,
            given.Row.Role.ToString().ToLowerInvariant(), Strata.Name(given.Row.Stratum)];

    // labels that could not be told apart one behind the other stand in a list
    private static string Words(FormatGiven given, FormatSource source) => source.Project.Kind().IsSet && given.Answer.Labels is { } labels
        && labels.Any(l => l.AsSpan().ContainsAny("|[")) ? FormatJson.Text(labels)
        : source.Project.Kind().TextNow(given.Row, source.Labels);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "";
        value = ShieldedCell.Write(value);
        return value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
