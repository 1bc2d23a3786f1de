using System.IO.Compression;
using System.Text;
using ClosedXML.Excel;
using DataEfficiency.Portal.Importing;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class ReadersTests
{
    [Fact]
    public void Csv_QuotesAndEmbeddedNewlines_KeepsFieldsAndLineNumbers()
    {
        var (format, columns, rows) =
            Read("id,text,label\r\n1,\"a \"\"quoted\"\", word\",x\r\n2,\"two\nlines\",y\r\n\r\n3,plain \"inner\" quote,z\r\n");

        Assert.Equal((FileKind.Delimited, ',', true), (format.Kind, format.Delimiter, format.HasHeader));
        Assert.Equal(["id", "text", "label"], columns);
        Assert.Equal([(2, "a \"quoted\", word"), (3, "two\nlines"), (6, "plain \"inner\" quote")], rows.Select(r => (r.Line, r.Field(1)!)));
        Assert.All(rows, r => Assert.Null(r.Fault));
    }

    [Theory]
    [InlineData("name;text\na;one, two\nb;three, four\n", ';')]
    [InlineData("name\ttext\na\tone, two\nb\tthree; four\n", '\t')]
    public void Csv_OtherSeparators_AreFound(string file, char separator)
    {
        var (format, columns, rows) = Read(file);

        Assert.Equal(separator, format.Delimiter);
        Assert.Equal(["name", "text"], columns);
        Assert.Equal("one, two", rows[0].Field(1));
    }

    [Fact]
    public void Csv_ProseWithCommasOnly_IsOneTextPerLine()
    {
        var (format, _, rows) = Read("Hello, you there\nNo comma here\nOne, two, three, four\nAnd none\n");

        Assert.Equal('\0', format.Delimiter);
        Assert.Equal(4, rows.Count);
        Assert.Equal("One, two, three, four", rows[2].Field(0));
    }

    public static TheoryData<string> Encodings => ["utf-8", "utf-8-bom", "utf-16", "utf-16-bom", "utf-16BE-bom"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Csv_EveryEncoding_GivesTheSameText(string name)
    {
        Encoding encoding = name.StartsWith("utf-8") ? new UTF8Encoding(name.EndsWith("bom"))
        : new UnicodeEncoding(name.Contains("BE"), name.EndsWith("bom"));
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes("text,label\nGrüße 👋 aus Köln,a\nzweite Zeile,b\n")];

        var (_, columns, rows) = Read(bytes);

        Assert.Equal("text", columns[0]);
        Assert.Equal("Grüße 👋 aus Köln", rows[0].Field(0));
    }

    [Fact]
    public void Csv_BadBytes_AreAFaultOfTheirRowOnly()
    {
        byte[] bytes = [.. "text,label\ngood one,a\ncaf"u8, 0xE9, .. ",b\nreplacement \uFFFD is text,c\n"u8];

        var (_, _, rows) = Read(bytes);

        Assert.Equal([null, RowFault.BadBytes, null], rows.Select(r => r.Fault?.Code));
        Assert.Equal((3, "text"), (rows[1].Line, rows[1].Fault!.Column));
    }

    [Fact]
    public void Csv_TooManyFieldsTooLongFieldAndUnclosedQuote_AreFaultsWithTheirLine()
    {
        var (_, _, rows) = Read($"text,label\na,b,c,d\n{new string('x', ImportLimits.TextBytes + 1)},b\nfine,b\n\"never closed,b\nlost,b\n",
            new SourceFormat(FileKind.Delimited));

        Assert.Equal([(2, "bad-row"), (3, "too-long"), (4, null), (5, "bad-row")], rows.Select(r => (r.Line, r.Fault?.Code)));
        Assert.Contains("never closed", rows[3].Fault!.Reason);
    }

    [Fact]
    public void JsonLines_BrokenLine_CostsItselfOnly()
    {
        var (format, columns, rows) =
            Read("{\"text\":\"a\",\"n\":1}\nnot json\n{\"text\":\"b\",\"late\":{\"x\":[1]}}\n[1]\n{\"text\":\"half \\ud800\"}\n");

        Assert.Equal(FileKind.JsonLines, format.Kind);
        Assert.Equal(["text", "n", "late"], columns);
        Assert.Equal([(1, null), (2, "bad-row"), (3, null), (4, "bad-row"), (5, "bad-bytes")], rows.Select(r => (r.Line, r.Fault?.Code)));
        Assert.Equal("{\"x\":[1]}", rows[2].Field(2));
    }

    [Fact]
    public void JsonArray_ElementsOverLines_HaveTheirFirstLine()
    {
        var (format, _, rows) = Read("[\n  {\"text\": \"a ] } , [\"},\n  {\n    \"text\": \"b\"\n  }, 7,\n {\"text\":\"\\\"q\\\"\"}\n]");

        Assert.Equal(FileKind.JsonArray, format.Kind);
        Assert.Equal([(2, null), (3, null), (5, "bad-row"), (6, null)], rows.Select(r => (r.Line, r.Fault?.Code)));
        Assert.Equal(["a ] } , [", "b", "\"q\""], rows.Where(r => r.Fault is null).Select(r => r.Field(0)));
    }

    [Fact]
    public void JsonArray_CutOff_IsReported()
    {
        var (_, _, rows) = Read("[{\"text\":\"a\"},\n{\"text\":\"b");

        Assert.Equal([(1, null), (2, "bad-row")], rows.Select(r => (r.Line, r.Fault?.Code)));
    }

    [Fact]
    public void Xlsx_TextsNumbersDatesAndGaps_AreRead()
    {
        using var book = new XLWorkbook();
        var sheet = book.AddWorksheet("Pool");
        foreach (var (cell, value) in new[] { ("A1", "text"), ("B1", "n"), ("C1", "day"), ("A2", "  keeps blanks "), ("A4", "=1+1"),
            ("A5", "tab\tand _x0041_") }) sheet.Cell(cell).SetValue(value);
        sheet.Cell("B2").Value = 1.5;
        sheet.Cell("C2").Value = new DateTime(2026, 3, 1);
        sheet.Cell("C4").SetValue("text day");
        using var file = new MemoryStream();
        book.SaveAs(file);

        var (format, columns, rows) = Read(file.ToArray());

        Assert.Equal((FileKind.Xlsx, true), (format.Kind, format.HasHeader));
        Assert.Equal(["text", "n", "day"], columns);
        Assert.Equal(["  keeps blanks ", "1.5", "2026-03-01"], rows[0].Fields);
        Assert.Equal((4, "=1+1", null, "text day"), (rows[1].Line, rows[1].Field(0), rows[1].Field(1), rows[1].Field(2)));
        Assert.Equal("tab\tand _x0041_", rows[2].Field(0));
    }

    [Fact]
    public void Xlsx_ZipBomb_IsRefused()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(zip, "xl/workbook.xml",
            "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' " +
                "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='S' sheetId='1' " +
                    "r:id='r1'/></sheets></workbook>");
            Write(zip, "xl/_rels/workbook.xml.rels",
                "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' " +
                    "Target='worksheets/sheet1.xml'/></Relationships>");
            using var sheet = zip.CreateEntry("xl/worksheets/sheet1.xml").Open();
            var blanks = new byte[1 << 20];
            Array.Fill(blanks, (byte)' ');
            for (var i = 0; i < 64; i++) sheet.Write(blanks);
        }

        var refused = Assert.Throws<ImportException>(() => Read(file.ToArray()));

        Assert.Contains("over 100 times its size", refused.Message);
    }

    [Theory]
    [InlineData("not a workbook", "PK\u0003\u0004 damaged")]
    [InlineData("empty", "")]
    [InlineData("pdf", "%PDF-1.7 ...")]
    public void Sniff_WhatIsNoTable_IsRefusedInWords(string name, string content) =>
        Assert.NotEmpty(Assert.Throws<ImportException>(() => Read(content)).Message + name);

    [Fact]
    public void Guess_UsualNames_AreMapped()
    {
        using var stream = new MemoryStream("id,utterance,intent,lang\n1,hello there,greet,en\n"u8.ToArray());
        var preview = ImportPreview.Of(() => new MemoryStream(stream.ToArray()), "pool.csv");

        Assert.Equal(("utterance", "id", "intent", AnswerUse.HiddenGold),
            (preview.Proposed.Text, preview.Proposed.Id, preview.Proposed.Answer, preview.Proposed.Use));
    }

    private static (SourceFormat, IReadOnlyList<string>, List<SourceRow>) Read(string file, SourceFormat? format = null) =>
        Read(Encoding.UTF8.GetBytes(file), format);

    private static (SourceFormat, IReadOnlyList<string>, List<SourceRow>) Read(byte[] file, SourceFormat? format = null)
    {
        format ??= ImportPreview.Of(() => new MemoryStream(file), "file.txt").Format;
        using var reader = RowReaders.Open(new MemoryStream(file), format);
        var rows = reader.Rows().ToList();
        return (format, reader.Columns, rows);
    }

    private static void Write(ZipArchive zip, string name, string content)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(content);
    }
}
