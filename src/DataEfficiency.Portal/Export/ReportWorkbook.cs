// The small part of the report, with ClosedXML: summary, forecast history, annotators, notes and skips, and the head of the sheet of
// labels,
// whose rows are streamed in afterwards (LabelSheets). Text goes in by SetValue<string> only: Value would guess dates, numbers and
// formulas.
// Widths are set by hand: measuring text needs a drawing library that a server may lack.
using ClosedXML.Excel;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Export;

internal static class ReportWorkbook
{
    public const string History = "Forecast history";
    public const int RowsPerSheet = 1_048_575;
    private const int MostSpoken = 20_000;
    public const string TimeFormat = "yyyy-mm-dd hh:mm:ss";

    public static readonly (string Name, double Width, string? Format)[] LabelColumns =
    [
        ("Line", 8, "0"), ("Id", 14, "@"), ("Text", 70, "@"), ("Label", 26, "@"), ("Queue", 11, "@"), ("Annotator", 20, "@"),
        ("Labelled (UTC)", 20, TimeFormat), ("Active seconds", 14, "0.0"), ("Revision", 9, "0"), ("Surplus", 9, "@"),
            ("Confidence", 12, "0.0000"), ("Model's answer", 26, "@"),
        ("Hidden gold", 26, "@"), ("Label is gold", 12, "@"),
    ];

    public static string LabelSheet(int place) => place == 0 ? "Labels" : $"Labels {place + 1}";

    public static MemoryStream Write(ExportSnapshot snapshot, ReportFigures figures, IReadOnlyList<SpokenRow> spoken)
    {
        using var book = new XLWorkbook();
        book.Style.Font.FontName = "Calibri";
        WriteSummary(book.AddWorksheet("Summary"), snapshot, figures);
        for (var i = 0; i < Math.Max(1, (snapshot.LabelCount + RowsPerSheet - 1) / RowsPerSheet); i++)
            WriteHead(book.AddWorksheet(LabelSheet(i)), LabelColumns);
        WriteHistory(book.AddWorksheet(History), figures.Estimates);
        WriteAnnotators(book.AddWorksheet("Annotators"), figures.Annotators);
        WriteSpoken(book.AddWorksheet("Notes and skips"), spoken, snapshot.Names);
        var file = new MemoryStream();
        book.SaveAs(file);
        file.Position = 0;
        return file;
    }

    private static void WriteSummary(IXLWorksheet sheet, ExportSnapshot snapshot, ReportFigures figures)
    {
        var (p, newest) = (snapshot.Project, figures.Estimates.LastOrDefault(e => e.Error is null));
        sheet.Column(1).Width = 34;
        sheet.Column(2).Width = 60;
        Text(sheet.Cell(1, 1), p.Name).Style.Font.SetBold().Font.SetFontSize(16);
        var row = 3;
        Row("Instruction", p.Instruction);
        Row("Kind of answer", p.Kind().Describe(snapshot.Answers.Count(a => !a.Retired)));
        Row("Model", p.Model);
        Row("State", p.State.ToString());
        Row("Exported (UTC)", figures.At);
        Row("Label version", p.LabelVersion);
        row++;
        Row("Items in the pool", p.ItemCount);
        Row("Labels", snapshot.LabelCount);
        foreach (var (stratum, count) in figures.Strata) Row($"  from {Strata.Name(stratum)}", count);
        Row("Price per label", (double)p.PricePerLabel, $"#,##0.00 \"{p.Currency}\"");
        Row("Cost so far", Cost.Of(p.PricePerLabel, figures.Paid), $"#,##0.00 \"{p.Currency}\"");
        Row("Maximum budget (labels)", p.MaximumBudget);
        row++;
        Row("Target", p.TargetKind == TargetKind.RawScore ? $"score {p.TargetValue} (ceiling {p.Ceiling})"
            : $"{p.TargetValue:P0} of the way from the untrained score to the ceiling {p.Ceiling}");
        if (p.ZeroShot is { } zero)
            Row(p.ZeroShotStandardError is null ? "Untrained score (typed)" : "Untrained score (measured)", zero, "0.000");
        if (newest is null) Row("Forecast", "none yet");
        else
        {
            Row("CoS-Low", newest.CosLow, "0.0000");
            if (figures.PublishedFit)
                Row("Area predicted by", $"the model's published fit (full fine-tuning, {PublishedFit.Labels:N0} labels)");
            Row("Probability that the target is reached", newest.PReach, "0 %");
            Row("Labels needed if reachable, median", newest.Median, "#,##0");
            Row("  80 % interval, low", newest.Low80, "#,##0");
            Row("  80 % interval, high", newest.High80, "#,##0");
            Row("Labels needed by the paper's formula", figures.PaperFormula, "#,##0");
            Row("Expected cost at the median", newest.Median is { } need ? Cost.Of(p.PricePerLabel, need) : null,
                $"#,##0 \"{p.Currency}\"");
        }
        sheet.Column(2).Style.Alignment.SetHorizontal(XLAlignmentHorizontalValues.Left).Alignment.SetWrapText();

        void Row(string name, object? value, string? format = null)
        {
            Text(sheet.Cell(row, 1), name).Style.Font.SetFontColor(XLColor.DimGray);
            Value(sheet.Cell(row++, 2), value, format);
        }
    }

    private static void WriteHistory(IXLWorksheet sheet, IReadOnlyList<StoredEstimate> estimates)
    {
        WriteHead(sheet, [("Labels", 9, "0"), ("Median need", 13, "#,##0"), ("80 % low", 11, "#,##0"), ("80 % high", 11, "#,##0"),
            ("First 32", 9, "0"),
            ("CoS-Low", 10, "0.0000"), ("Standard error", 14, "0.0000"), ("P(reach)", 10, "0 %"), ("Model", 24, "@"),
                ("Adapter seed", 13, "0"), ("Label version", 13, "0"),
            ("Milliseconds", 13, "0"), ("When (UTC)", 20, TimeFormat), ("Error", 40, "@")]);
        for (var i = 0; i < estimates.Count; i++)
        {
            var e = estimates[i];
            object?[] values = [e.LabelCount, e.Median, e.Low80, e.High80, e.FirstCount, e.CosLow, e.StandardError, e.PReach, e.Model,
                e.AdapterSeed, e.LabelVersion, e.DurationMilliseconds, Time(e.CreatedAt), e.Error];
            for (var c = 0; c < values.Length; c++) Value(sheet.Cell(i + 2, c + 1), values[c], null);
        }
    }

    private static void WriteAnnotators(IXLWorksheet sheet, IReadOnlyList<AnnotatorFigures> annotators)
    {
        WriteHead(sheet, [("Annotator", 26, "@"), ("Labels", 9, "0"), ("First 32", 9, "0"), ("Random", 9, "0"),
            ("Active", 9, "0"), ("Imported", 9, "0"), ("Median active seconds", 20, "0.0"), ("Labels per hour", 15, "0"),
                ("Skips", 8, "0"), ("Agrees with gold", 16, "0 %"),
            ("Labels with gold", 16, "0")]);
        for (var i = 0; i < annotators.Count; i++)
        {
            var a = annotators[i];
            object?[] values = [a.Name, a.Labels, a.Of(Stratum.First32), a.Of(Stratum.Random), a.Of(Stratum.Active), a.Of(Stratum.Imported),
                a.MedianSeconds, a.PerHour, a.Skips, a.GoldShare, a.WithGold];
            for (var c = 0; c < values.Length; c++) Value(sheet.Cell(i + 2, c + 1), values[c], null);
        }
    }

    /// <summary>What people said beside their answers. Held in memory as the other small sheets are: what is over goes unseen, and says
    /// so.</summary>
    private static void WriteSpoken(IXLWorksheet sheet, IReadOnlyList<SpokenRow> spoken, IReadOnlyDictionary<string, string> names)
    {
        WriteHead(sheet, [("Line", 8, "0"), ("Id", 14, "@"), ("Text", 60, "@"), ("Kind", 11, "@"), ("Reason or note", 50, "@"),
            ("By", 20, "@"),
            ("When (UTC)", 20, TimeFormat)]);
        var row = 2;
        foreach (var s in spoken.Take(MostSpoken))
        {
            object?[] values = [s.Line, s.ExternalId, s.Text, s.Kind, s.What, names.GetValueOrDefault(s.UserId, "(removed)"), Time(s.At)];
            for (var c = 0; c < values.Length; c++) Value(sheet.Cell(row, c + 1), values[c], null);
            row++;
        }
        if (spoken.Count > MostSpoken) Text(sheet.Cell(row, 3), $"and {spoken.Count - MostSpoken:N0} more, which the JSONL export has");
    }

    private static void WriteHead(IXLWorksheet sheet, (string Name, double Width, string? Format)[] columns)
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

    private static void Value(IXLCell cell, object? value, string? format)
    {
        switch (value)
        {
            case null: return;
            case string text: Text(cell, text); break;
            case DateTime time: cell.SetValue(time).Style.NumberFormat.SetFormat(TimeFormat); break;
            default: cell.SetValue(Convert.ToDouble(value)); break;
        }
        if (format is not null) cell.Style.NumberFormat.SetFormat(format);
    }

    private static IXLCell Text(IXLCell cell, string text) => cell.SetValue<string>(ExcelText.Cut(text)).SetDataType(XLDataType.Text);

    public static DateTime Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;
}
