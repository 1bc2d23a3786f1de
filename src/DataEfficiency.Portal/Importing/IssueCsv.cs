using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>The rows of an import that were refused or noted, as CSV.</summary>
public static class IssueCsv
{
    public static async Task WriteAsync(AppDbContext db, int importId, Stream output, CancellationToken cancel)
    {
        // with a byte order mark: Excel takes a CSV without one for another encoding
        await using var writer = new StreamWriter(output, new UTF8Encoding(true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync("line,column,code,reason,row,arguments");
        var issues = db.ImportIssues.AsNoTracking().Where(i => i.ImportId == importId).OrderBy(i => i.Line).ThenBy(i => i.Id)
            .AsAsyncEnumerable();
        await foreach (var issue in issues.WithCancellation(cancel))
            await writer.WriteLineAsync(string.Join(',', issue.Line, Cell(issue.Column), Cell(issue.Code),
                Cell(StoredSaid.Words(issue.Reason)), Cell(issue.Excerpt), Cell(ArgumentsOf(issue))));
    }

    private static string? ArgumentsOf(ImportIssue issue) =>
        StoredSaid.ArgumentsOf(issue.Reason) is { } arguments ? JsonSerializer.Serialize(arguments) : null;

    /// <summary>Quoted; a cell that a spreadsheet would take for a formula begins with an apostrophe.</summary>
    internal static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"")}\"";
    }
}
