// The small part of the report, with ClosedXML: summary, forecast history, annotators, notes and skips, and the head of the sheet of
// labels, whose rows are streamed in afterwards (LabelSheets). Text goes in by SetValue<string> only: Value would guess dates, numbers
// and formulas. Widths are set by hand: measuring text needs a drawing library that a server may lack.
using System.Globalization;
using ClosedXML.Excel;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.TrackRecords;
using static DataEfficiency.Portal.Export.ExportWords;

namespace DataEfficiency.Portal.Export;

internal static class ReportWorkbook
{
    public const int RowsPerSheet = 1_048_575;
    private const string Indent = "  ";
    private const int MostSpoken = 20_000;
    public const string TimeFormat = "yyyy-mm-dd hh:mm:ss";

    public static string History => SheetHistory;

    public static (string Name, double Width, string? Format)[] LabelColumns =>
    [
        (ColumnLine, 8, "0"), (ColumnId, 14, "@"), (ColumnText, 70, "@"), (ColumnLabel, 26, "@"), (ColumnQueue, 11, "@"), (ColumnAnnotator,
            20, "@"),
        (ColumnLabelledUTC, 20, TimeFormat), (ColumnActiveSeconds, 14, "0.0"), (ColumnRevision, 9, "0"), (ColumnSurplus, 9, "@"),
            (ColumnConfidence, 12, "0.0000"), (ColumnModelsAnswer, 26, "@"),
        (ColumnHiddenGold, 26, "@"), (ColumnLabelIsGold, 12, "@"),
    ];

    public static string LabelSheet(int place) => place == 0 ? SheetLabels : SheetLabelsMore(place + 1);

    public static int SheetsOf(int labels) => Math.Max(1, (labels + RowsPerSheet - 1) / RowsPerSheet);

    public static MemoryStream Write(ExportSnapshot snapshot, ReportFigures figures, IReadOnlyList<SpokenRow> spoken,
        IReadOnlyList<Storage.Check> checks, IReadOnlyList<TrackPair> track, ProjectAgreement agreement,
        IReadOnlyList<ReviewRow> reviews)
    {
        using var book = new XLWorkbook();
        book.Style.Font.FontName = "Calibri";
        WriteSummary(book.AddWorksheet(SheetSummary), snapshot, figures);
        for (var i = 0; i < SheetsOf(snapshot.LabelCount); i++)
            WriteHead(book.AddWorksheet(LabelSheet(i)), LabelColumns);
        WriteHistory(book.AddWorksheet(History), figures.Estimates);
        WriteAnnotators(book.AddWorksheet(SheetAnnotators), figures.Annotators);
        AgreementSheet.Write(book.AddWorksheet(SheetAgreement), agreement, snapshot.Names);
        CheckSheet.Write(book.AddWorksheet(SheetChecks), checks);
        TrackSheet.Write(book.AddWorksheet(SheetTrackRecord), track);
        ReviewSheet.Write(book.AddWorksheet(SheetReviews), reviews, snapshot.Names);
        WriteSpoken(book.AddWorksheet(SheetSpoken), spoken, snapshot.Names);
        var file = new MemoryStream();
        book.SaveAs(file);
        file.Position = 0;
        return file;
    }

    private static void WriteSummary(IXLWorksheet sheet, ExportSnapshot snapshot, ReportFigures figures)
    {
        var (p, newest) = (snapshot.Project, figures.Estimates.LastOrDefault(e => e.Row.Error is null));
        sheet.Column(1).Width = 34;
        sheet.Column(2).Width = 60;
        Text(sheet.Cell(1, 1), p.Name).Style.Font.SetBold().Font.SetFontSize(16);
        var row = 3;
        Row(RowInstruction, p.Instruction);
        Row(RowKindOfAnswer, p.Kind().Describe(snapshot.Answers.Count(a => !a.Retired)));
        Row(RowModel, p.Model);
        Row(RowState, p.State.ToString());
        Row(RowExportedUTC, figures.At);
        Row(RowLabelVersion, p.LabelVersion);
        row++;
        Row(RowItemsInThePool, p.ItemCount);
        Row(RowLabels, figures.Strata.Sum(s => s.Count));
        foreach (var (stratum, count) in figures.Strata) Row(Indent + RowFromStratum(stratum), count);
        Row(RowPricePerLabel, (double)p.PricePerLabel, $"#,##0.00 \"{p.Currency}\"");
        Row(RowCostSoFar, Cost.Of(p.PricePerLabel, figures.Paid), $"#,##0.00 \"{p.Currency}\"");
        Row(RowMaximumBudgetLabels, p.MaximumBudget);
        row++;
        Row(RowTarget, p.TargetKind == TargetKind.RawScore ? ExportWords.TargetScore(score: p.TargetValue, ceiling: p.Ceiling)
            : ExportWords.TargetWay(share: $"{p.TargetValue:P0}", ceiling: p.Ceiling));
        if (p.ZeroShot is { } zero)
            Row(p.ZeroShotStandardError is null ? RowUntrainedTyped : RowUntrainedMeasured, zero, "0.000");
        if (newest is null) Row(RowForecast, ExportWords.NoForecastYet);
        else
        {
            var (stored, how) = newest;
            Row(RowCoSLow, stored.CosLow, "0.0000");
            Row(RowMadeFrom, how?.Source);
            if (figures.PublishedFit)
                Row(RowAreaPredictedBy, ExportWords.PublishedFitOf(PublishedFit.Labels));
            Row(RowProbabilityThatTheTargetIsReached, stored.PReach, "0 %");
            Row(Indent + RowReachRestsOn, how?.Basis);
            Row(RowLabelsNeededIfReachableMedian, stored.Median, "#,##0");
            Row(Indent + RowIntervalIntervalLow, stored.Low80, "#,##0");
            Row(Indent + RowIntervalIntervalHigh, stored.High80, "#,##0");
            Row(RowLabelsNeededByThePapersFormula, figures.PaperFormula, "#,##0");
            Row(RowExpectedCostAtTheMedian, stored.Median is { } need ? Cost.Of(p.PricePerLabel, need) : null,
                $"#,##0 \"{p.Currency}\"");
            if (figures.OtherMethods.Count > 0) Row(RowOtherMethods, null);
            foreach (var m in figures.OtherMethods)
                Row(Indent + MethodText.Name(m.Method),
                    m.Need ?? (object)MethodText.Why(m.Gap!.Value, CultureInfo.CurrentCulture), "#,##0");
        }
        sheet.Column(2).Style.Alignment.SetHorizontal(XLAlignmentHorizontalValues.Left).Alignment.SetWrapText();

        void Row(string name, object? value, string? format = null)
        {
            Text(sheet.Cell(row, 1), name).Style.Font.SetFontColor(XLColor.DimGray);
            Value(sheet.Cell(row++, 2), value, format);
        }
    }

    private static void WriteHistory(IXLWorksheet sheet, IReadOnlyList<HistoryLine> estimates)
    {
        WriteHead(sheet, [(ColumnLabels, 9, "0"), (ColumnMedianNeed, 13, "#,##0"), (ColumnIntervalLow, 11, "#,##0"), (ColumnIntervalHigh,
            11, "#,##0"),
            (ColumnFirst32, 9, "0"),
            (ColumnCoSLow, 10, "0.0000"), (ColumnStandardError, 14, "0.0000"), (ColumnPReach, 10, "0 %"), (ColumnModel, 24, "@"),
                (ColumnAdapterSeed, 13, "0"), (ColumnLabelVersion, 13, "0"),
            (ColumnMilliseconds, 13, "0"), (ColumnWhenUTC, 20, TimeFormat), (ColumnError, 40, "@"),
            (ColumnMadeFrom, 30, "@"), (ColumnReferenceTasks, 14, "0"), (ColumnAreaError, 16, "0.000"), (ColumnReachRestsOn, 24, "@")]);
        for (var i = 0; i < estimates.Count; i++)
        {
            var (e, how) = estimates[i];
            object?[] values = [e.LabelCount, e.Median, e.Low80, e.High80, e.FirstCount, e.CosLow, e.StandardError, e.PReach, e.Model,
                e.AdapterSeed, e.LabelVersion, e.DurationMilliseconds, Time(e.CreatedAt), StoredSaid.WordsOf(e.Error),
                how?.Source, how?.ReferenceTasks, how?.AreaError, how?.Basis];
            for (var c = 0; c < values.Length; c++) Value(sheet.Cell(i + 2, c + 1), values[c], null);
        }
    }

    private static void WriteAnnotators(IXLWorksheet sheet, IReadOnlyList<AnnotatorFigures> annotators)
    {
        WriteHead(sheet, [(ColumnAnnotator, 26, "@"), (ColumnLabels, 9, "0"), (ColumnFirst32, 9, "0"), (ColumnRandom, 9, "0"),
            (ColumnActive, 9, "0"), (ColumnTestSet, 9, "0"), (ColumnGold, 9, "0"),
            (ColumnImported, 9, "0"), (ColumnMedianActiveSeconds, 20, "0.0"), (ColumnLabelsPerHour, 15, "0"),
                (ColumnSkips, 8, "0"), (ColumnAgreesWithGold, 16, "0 %"),
            (ColumnLabelsWithGold, 16, "0")]);
        for (var i = 0; i < annotators.Count; i++)
        {
            var a = annotators[i];
            object?[] values = [a.Name, a.Labels, a.Of(Stratum.First32), a.Of(Stratum.Random), a.Of(Stratum.Active),
                a.Of(Stratum.Test), a.Of(Stratum.Gold), a.Of(Stratum.Imported), a.MedianSeconds, a.PerHour, a.Skips, a.GoldShare,
                a.WithGold];
            for (var c = 0; c < values.Length; c++) Value(sheet.Cell(i + 2, c + 1), values[c], null);
        }
    }

    /// <summary>What people said beside their answers. Held in memory as the other small sheets are: what is over goes unseen, and says
    /// so.</summary>
    private static void WriteSpoken(IXLWorksheet sheet, IReadOnlyList<SpokenRow> spoken, IReadOnlyDictionary<string, string> names)
    {
        WriteHead(sheet, [(ColumnLine, 8, "0"), (ColumnId, 14, "@"), (ColumnText, 60, "@"), (ColumnKind, 11, "@"), (ColumnReasonOrNote, 50,
            "@"),
            (ColumnBy, 20, "@"),
            (ColumnWhenUTC, 20, TimeFormat)]);
        var row = 2;
        foreach (var s in spoken.Take(MostSpoken))
        {
            object?[] values = [s.Line, s.ExternalId, s.Text, ExportWords.SpokenKind(s.Kind), s.What, names.GetValueOrDefault(s.UserId,
                ExportWords.RemovedPerson), Time(s.At)];
            for (var c = 0; c < values.Length; c++) Value(sheet.Cell(row, c + 1), values[c], null);
            row++;
        }
        if (spoken.Count > MostSpoken) Text(sheet.Cell(row, 3), ExportWords.SpokenLeftOut(spoken.Count - MostSpoken));
    }

    internal static void WriteHead(IXLWorksheet sheet, (string Name, double Width, string? Format)[] columns)
    {
        for (var c = 0; c < columns.Length; c++)
        {
            var column = sheet.Column(c + 1);
            column.Width = columns[c].Width;
            if (columns[c].Format is { } format) column.Style.NumberFormat.SetFormat(format);
            Text(sheet.Cell(1, c + 1), columns[c].Name).Style.Font.SetBold()
                .Fill.SetBackgroundColor(XLColor.FromHtml("#e8edfd")).NumberFormat.SetFormat("@");
        }
        sheet.SheetView.FreezeRows(1);
    }

    internal static void Value(IXLCell cell, object? value, string? format)
    {
        switch (value)
        {
            case null: return;
            case string text: Text(cell, text); break;
            case Said said: Text(cell, said); break;
            case DateTime time: cell.SetValue(time).Style.NumberFormat.SetFormat(TimeFormat); break;
            default: cell.SetValue(Convert.ToDouble(value)); break;
        }
        if (format is not null) cell.Style.NumberFormat.SetFormat(format);
    }

    private static IXLCell Text(IXLCell cell, string text) => cell.SetValue<string>(ExcelText.Cut(text)).SetDataType(XLDataType.Text);

    public static DateTime Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;
}
