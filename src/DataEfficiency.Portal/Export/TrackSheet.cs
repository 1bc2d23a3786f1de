using ClosedXML.Excel;
using DataEfficiency.Portal.TrackRecords;
using static DataEfficiency.Portal.Export.ExportWords;

namespace DataEfficiency.Portal.Export;

/// <summary>The workbook's sheet of forecasts beside what was measured after them, one row a pair (<see cref="TrackPair"/>).</summary>
internal static class TrackSheet
{
    /// <summary>Held in memory as the other small sheets are: what is over goes unseen, and says so.</summary>
    public const int MostPairs = 20_000;

    public static void Write(IXLWorksheet sheet, IReadOnlyList<TrackPair> pairs)
    {
        ReportWorkbook.WriteHead(sheet, [(ColumnForecastAtLabels, 14, "0"), (ColumnWhenUTC, 20, ReportWorkbook.TimeFormat),
            (ColumnMadeFrom, 30, "@"), (ColumnTrainedOn, 12, "#,##0"), (ColumnForecastScore, 14, "0.0000"),
            (ColumnIntervalLow, 11, "0.0000"), (ColumnIntervalHigh, 11, "0.0000"),
            (ColumnScore, 10, "0.0000"), (ColumnStandardError, 14, "0.0000"), (ColumnInBand, 12, "@"),
            (ColumnMedianNeed, 13, "#,##0"), (ColumnNeedLow, 11, "#,##0"), (ColumnNeedHigh, 11, "#,##0"),
            (ColumnRealisedNeed, 14, "#,##0")]);
        var row = 2;
        foreach (var p in pairs.Take(MostPairs))
        {
            object?[] values = [p.Labels, ReportWorkbook.Time(p.CreatedAt), TrackText.Name(p.Method), p.Examples, p.Accuracy.Median,
                p.Accuracy.Low, p.Accuracy.High, p.Accuracy.Realised, p.ScoreError,
                YesOrNo(p.Accuracy.IsInside ? "yes" : "no"), p.Need?.Median, p.Need?.Low, p.Need?.High, p.Need?.Realised];
            for (var v = 0; v < values.Length; v++) ReportWorkbook.Value(sheet.Cell(row, v + 1), values[v], null);
            row++;
        }
        if (pairs.Count > MostPairs) ReportWorkbook.Value(sheet.Cell(row, 3), PairsLeftOut, null);
    }
}
