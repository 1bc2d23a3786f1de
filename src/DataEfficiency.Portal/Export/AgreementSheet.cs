using ClosedXML.Excel;
using DataEfficiency.Portal.Agreement;
using static DataEfficiency.Portal.Export.ExportWords;

namespace DataEfficiency.Portal.Export;

/// <summary>The workbook's sheet of agreement: overall, people, pairs, labels, one row a figure. What is undefined has no value.</summary>
internal static class AgreementSheet
{
    public static void Write(IXLWorksheet sheet, ProjectAgreement agreement, IReadOnlyDictionary<string, string> names)
    {
        ReportWorkbook.WriteHead(sheet, [(ColumnWhatOf, 34, "@"), (ColumnFirst, 24, "@"), (ColumnSecond, 24, "@"),
            (ColumnItems, 9, "#,##0"), (ColumnValue, 10, "0.0000"), (ColumnNinetyFiveLow, 10, "0.0000"),
            (ColumnNinetyFiveHigh, 10, "0.0000"), (ColumnSameAnswer, 13, "0 %")]);
        var shape = $"{agreement.Shape}";
        var row = 2;
        Row(AgreementWords.Measure(shape), null, null, agreement.Items, agreement.Overall, agreement.Interval);
        if (agreement.Fleiss is { } fleiss) Row(AgreementRow("fleiss"), null, null, agreement.Items, fleiss);
        if (agreement.Jaccard is { } jaccard) Row(AgreementRow("jaccard"), null, null, agreement.Items, jaccard);
        foreach (var s in agreement.Schemas.Count > 1 ? agreement.Schemas : [])
            Row(AgreementRow("version"), $"{s.Version}", null, s.Items, s.Value);
        foreach (var (id, person) in agreement.People.OrderBy(p => Name(p.Key), StringComparer.CurrentCulture))
            Row(AgreementRow("person"), Name(id), null, person.Items, person.Value, person.Interval);
        foreach (var (id, gold) in agreement.Gold.OrderBy(p => Name(p.Key), StringComparer.CurrentCulture))
            Row(AgreementRow("gold"), Name(id), null, gold.Answers, gold.Share, gold.Interval);
        foreach (var p in agreement.Pairs) Row(AgreementRow("pair"), Name(p.A), Name(p.B), p.Items, p.Value, same: p.Same);
        foreach (var l in agreement.Labels) Row(AgreementRow("label"), Label(l.Label), null, l.Items, l.Value);
        foreach (var d in agreement.Disagreements) Row(AgreementRow("mixed"), Label(d.A), Label(d.B), d.Times, null);

        void Row(string what, string? first, string? second, int items, double? value, Interval? interval = null, double? same = null)
        {
            object?[] values = [what, first, second, items, value, interval?.Low, interval?.High, same];
            for (var v = 0; v < values.Length; v++) ReportWorkbook.Value(sheet.Cell(row, v + 1), values[v], null);
            row++;
        }

        string Name(string id) => names.GetValueOrDefault(id, RemovedPerson);
        string Label(int id) => agreement.LabelNames.GetValueOrDefault(id, $"{id}");
    }
}
