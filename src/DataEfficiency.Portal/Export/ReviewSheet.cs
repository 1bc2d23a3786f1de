using ClosedXML.Excel;
using DataEfficiency.Portal.Reviewing;
using static DataEfficiency.Portal.Export.ExportWords;

namespace DataEfficiency.Portal.Export;

/// <summary>The workbook's sheet of reviews, one row each.</summary>
internal static class ReviewSheet
{
    /// <summary>Held in memory as the other small sheets are: what is over goes unseen, and says so.</summary>
    private const int Most = 20_000;

    public static void Write(IXLWorksheet sheet, IReadOnlyList<ReviewRow> reviews, IReadOnlyDictionary<string, string> names)
    {
        ReportWorkbook.WriteHead(sheet, [(ColumnLine, 8, "0"), (ColumnId, 14, "@"), (ColumnText, 60, "@"), (ColumnVerdict, 12, "@"),
            (ColumnLabel, 26, "@"), (ColumnCause, 20, "@"), (ColumnNote, 50, "@"), (ColumnBy, 20, "@"),
            (ColumnWhenUTC, 20, ReportWorkbook.TimeFormat)]);
        var row = 2;
        foreach (var (review, line, id, text, answer) in reviews.Take(Most))
        {
            object?[] values = [line, id, text, ReviewText.Verdict(review.Verdict), answer,
                review.Cause is { } cause ? ReviewText.Cause(cause) : null, review.Note,
                names.GetValueOrDefault(review.UserId, RemovedPerson), ReportWorkbook.Time(review.CreatedAt)];
            for (var v = 0; v < values.Length; v++) ReportWorkbook.Value(sheet.Cell(row, v + 1), values[v], null);
            row++;
        }
        if (reviews.Count > Most) ReportWorkbook.Value(sheet.Cell(row, 3), ReviewsLeftOut(reviews.Count - Most), null);
    }
}
