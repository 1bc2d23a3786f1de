using System.Text;
using DataEfficiency.Portal.Importing;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>A file as an upload of it is read: sniffed, previewed, and all of its rows.</summary>
internal sealed record ReadFile(ImportPreview Preview, IReadOnlyList<string> Columns, IReadOnlyList<SourceRow> Rows)
{
    public SourceFormat Format => Preview.Format;

    public static ReadFile Of(string content, string name = "file.txt", Func<SourceFormat, SourceFormat>? change = null) =>
        Of(Encoding.UTF8.GetBytes(content), name, change);

    public static ReadFile Of(byte[] bytes, string name = "file.txt", Func<SourceFormat, SourceFormat>? change = null)
    {
        var preview = ImportPreview.Of(() => new MemoryStream(bytes), name);
        if (change is not null) preview = ImportPreview.Of(() => new MemoryStream(bytes), name, change(preview.Format));
        using var reader = RowReaders.Open(new MemoryStream(bytes), preview.Format);
        var rows = reader.Rows().ToList();
        return new ReadFile(preview, [.. reader.Columns], rows);
    }

    /// <summary>The rows as a mapping makes them of it; faults of rows are left out.</summary>
    public static IReadOnlyList<MappedRow> Mapped(byte[] bytes, string name, Func<ColumnMapping, ColumnMapping>? change = null)
    {
        var preview = ImportPreview.Of(() => new MemoryStream(bytes), name);
        using var reader = RowReaders.Open(new MemoryStream(bytes), preview.Format);
        var mapper = new RowMapper(change is null ? preview.Proposed : change(preview.Proposed), reader);
        return [.. reader.Rows().Select(r => mapper.Map(r).Row).OfType<MappedRow>()];
    }

    public static IReadOnlyList<MappedRow> Mapped(string content, string name, Func<ColumnMapping, ColumnMapping>? change = null) =>
        Mapped(Encoding.UTF8.GetBytes(content), name, change);

    public static string Refusal(byte[] bytes, string name = "file.xlsx") =>
        Xunit.Assert.Throws<ImportException>(() => Of(bytes, name)).Message;

    public IEnumerable<string?> Values(int column) => Rows.Where(r => r.Fault is null).Select(r => r.Field(column));
}
