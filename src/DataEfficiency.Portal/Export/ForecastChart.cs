// A native line chart on the sheet of the forecast's history, added as OpenXml parts: ClosedXML cannot make charts.
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Drawing.Charts;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using A = DocumentFormat.OpenXml.Drawing;
using C = DocumentFormat.OpenXml.Drawing.Charts;
using Xdr = DocumentFormat.OpenXml.Drawing.Spreadsheet;

namespace DataEfficiency.Portal.Export;

internal static class ForecastChart
{
    private const uint CategoryAxisId = 111, ValueAxisId = 112;
    private static (char Column, string Name, string Colour, bool Dashed)[] Lines =>
        [('B', ExportWords.ChartMedian, "2F5BEA", false), ('C', ExportWords.ChartLow, "5B6472", true), ('D', ExportWords.ChartHigh,
            "5B6472", true)];

    /// <param name="rows">Estimates on the sheet; none: no chart.</param>
    public static void Add(Stream workbook, int rows)
    {
        if (rows == 0) return;
        using var document = SpreadsheetDocument.Open(workbook, isEditable: true);
        var book = document.WorkbookPart!;
        var sheet = book.Workbook.Descendants<Sheet>().Single(s => s.Name == ReportWorkbook.History);
        var part = (WorksheetPart)book.GetPartById(sheet.Id!);
        var drawing = part.AddNewPart<DrawingsPart>();
        var chart = drawing.AddNewPart<ChartPart>();
        chart.ChartSpace = Space(rows);
        drawing.WorksheetDrawing = Anchor(drawing.GetIdOfPart(chart));
        // the schema fixes the order: drawing stands before tableParts and what follows them
        var reference = new DocumentFormat.OpenXml.Spreadsheet.Drawing { Id = part.GetIdOfPart(drawing) };
        var after = part.Worksheet.ChildElements.FirstOrDefault(e => e is LegacyDrawing or TableParts or WorksheetExtensionList or Picture
            or OleObjects or Controls or WebPublishItems);
        if (after is null) part.Worksheet.AppendChild(reference);
        else part.Worksheet.InsertBefore(reference, after);
    }

    private static ChartSpace Space(int rows)
    {
        var line = new LineChart(new Grouping { Val = GroupingValues.Standard }, new VaryColors { Val = false });
        for (uint i = 0; i < Lines.Length; i++) line.Append(Series(i, rows));
        line.Append(new ShowMarker { Val = true }, new AxisId { Val = CategoryAxisId }, new AxisId { Val = ValueAxisId });
        var plot = new PlotArea(new Layout(), line,
            new CategoryAxis(new AxisId { Val = CategoryAxisId }, new Scaling(new C.Orientation { Val = C.OrientationValues.MinMax }),
                new Delete { Val = false }, new AxisPosition { Val = AxisPositionValues.Bottom },
                Title(ExportWords.ChartLabelsGiven), new C.NumberingFormat { FormatCode = "0", SourceLinked = false },
                    new MajorTickMark { Val = TickMarkValues.Outside }, new MinorTickMark { Val = TickMarkValues.None },
                new TickLabelPosition { Val = TickLabelPositionValues.NextTo }, Stroke("BFBFBF"), new CrossingAxis { Val = ValueAxisId },
                    new Crosses { Val = CrossesValues.AutoZero }),
            new ValueAxis(new AxisId { Val = ValueAxisId }, new Scaling(new C.Orientation { Val = C.OrientationValues.MinMax }),
                new Delete { Val = false }, new AxisPosition { Val = AxisPositionValues.Left },
                new MajorGridlines(Stroke("E3E6EB")), Title(ExportWords.ChartLabelsNeeded),
                    new C.NumberingFormat { FormatCode = "#,##0", SourceLinked = false },
                    new MajorTickMark { Val = TickMarkValues.Outside },
                new MinorTickMark { Val = TickMarkValues.None }, new TickLabelPosition { Val = TickLabelPositionValues.NextTo },
                    Stroke("BFBFBF"), new CrossingAxis { Val = CategoryAxisId },
                new Crosses { Val = CrossesValues.AutoZero }));
        return new ChartSpace(new RoundedCorners { Val = false }, new C.Chart(Title(ExportWords.ChartTitle),
            new AutoTitleDeleted { Val = false }, plot,
            new Legend(new LegendPosition { Val = LegendPositionValues.Bottom }), new PlotVisibleOnly { Val = true },
                new DisplayBlanksAs { Val = DisplayBlanksAsValues.Gap }));
    }

    private static LineChartSeries Series(uint place, int rows)
    {
        var (column, name, colour, dashed) = Lines[place];
        var outline = new A.Outline(new A.SolidFill(new A.RgbColorModelHex { Val = colour })) { Width = dashed ? 15_875 : 28_575 };
        if (dashed) outline.Append(new A.PresetDash { Val = A.PresetLineDashValues.Dash });
        return new LineChartSeries(new C.Index { Val = place }, new Order { Val = place },
            new SeriesText(new StringReference(new C.Formula($"'{ReportWorkbook.History}'!${column}$1"),
                new StringCache(new PointCount { Val = 1 }, new StringPoint(new NumericValue(name)) { Index = 0 }))),
            new ChartShapeProperties(outline), new Marker(new Symbol { Val = MarkerStyleValues.None }),
            new CategoryAxisData(new NumberReference(new C.Formula($"'{ReportWorkbook.History}'!$A$2:$A${rows + 1}"))),
            new C.Values(new NumberReference(new C.Formula($"'{ReportWorkbook.History}'!${column}$2:${column}${rows + 1}"))),
                new Smooth { Val = false });
    }

    private static ChartShapeProperties Stroke(string colour) =>
        new(new A.Outline(new A.SolidFill(new A.RgbColorModelHex { Val = colour })) { Width = 9_525 });

    private static Title Title(string text) => new(new ChartText(new RichText(new A.BodyProperties(), new A.ListStyle(),
        new A.Paragraph(new A.ParagraphProperties(new A.DefaultRunProperties { FontSize = 1100 }),
            new A.Run(new A.RunProperties { Language = "en-US", FontSize = 1100 }, new A.Text(text))))), new Overlay { Val = false });

    private static Xdr.WorksheetDrawing Anchor(string chartId)
    {
        var frame = new Xdr.GraphicFrame(
            new Xdr.NonVisualGraphicFrameProperties(new Xdr.NonVisualDrawingProperties { Id = 2, Name = ExportWords.ChartName.ToString(),
                Description = ExportWords.ChartDescription.ToString() },
                new Xdr.NonVisualGraphicFrameDrawingProperties()),
            new Xdr.Transform(new A.Offset { X = 0, Y = 0 }, new A.Extents { Cx = 0, Cy = 0 }),
            new A.Graphic(new A.GraphicData(new ChartReference { Id = chartId }) { Uri =
                "http://schemas.openxmlformats.org/drawingml/2006/chart" })) { Macro = "" };
        return new Xdr.WorksheetDrawing(new Xdr.TwoCellAnchor(Marker<Xdr.FromMarker>(15, 1), Marker<Xdr.ToMarker>(26, 24), frame,
            new Xdr.ClientData()));
    }

    private static T Marker<T>(int column, int row) where T : Xdr.MarkerType, new()
    {
        var marker = new T();
        marker.Append(new Xdr.ColumnId($"{column}"), new Xdr.ColumnOffset("0"), new Xdr.RowId($"{row}"), new Xdr.RowOffset("0"));
        return marker;
    }
}
