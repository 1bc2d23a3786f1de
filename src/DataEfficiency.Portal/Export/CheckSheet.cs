using ClosedXML.Excel;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Storage;
using static DataEfficiency.Portal.Export.ExportWords;

namespace DataEfficiency.Portal.Export;

/// <summary>The workbook's sheet of fine-tune checks, those that failed or were skipped among them.</summary>
internal static class CheckSheet
{
    public static void Write(IXLWorksheet sheet, IReadOnlyList<Check> checks)
    {
        ReportWorkbook.WriteHead(sheet, [(ColumnTrainedOn, 12, "#,##0"), (ColumnKind, 16, "@"), (ColumnState, 11, "@"),
            (ColumnScore, 10, "0.0000"), (ColumnUntrained, 11, "0.0000"), (ColumnCeiling, 9, "0.0000"), (ColumnOfTheWay, 11, "0.0000"),
            (ColumnStandardError, 14, "0.0000"), (ColumnF1, 9, "0.0000"),
            (ColumnUntrainedF1, 13, "0.0000"), (ColumnTested, 9, "0"), (ColumnLabelRanking, 13, "0.0000"),
            (ColumnLabelsSpent, 12, "0"), (ColumnLabelVersion, 13, "0"),
            (ColumnRate, 12, "0.0E+00"), (ColumnSteps, 8, "0"), (ColumnSeconds, 10, "0.0"), (ColumnModel, 24, "@"),
            (ColumnWeights, 20, "@"),
            (ColumnRecipe, 8, "0"), (ColumnWhenUTC, 20, ReportWorkbook.TimeFormat), (ColumnError, 40, "@")]);
        for (var i = 0; i < checks.Count; i++)
        {
            var c = checks[i];
            object?[] values = [c.Examples, CheckText.Kind(c.Kind), CheckEndpoints.State(c), c.Score, c.ZeroShot, c.Ceiling, c.Share,
                c.StandardError, c.F1, c.ZeroShotF1, c.Tested, c.LabelRanking, c.LabelsSpent, c.LabelVersion, c.Rate, c.Steps,
                c.Seconds, c.Model, c.ModelSha256, c.Recipe, ReportWorkbook.Time(c.CreatedAt), CheckText.Trouble(c)];
            for (var v = 0; v < values.Length; v++) ReportWorkbook.Value(sheet.Cell(i + 2, v + 1), values[v], null);
        }
    }
}
