using System.IO.Compression;
using DataEfficiency.Portal.Importing;
using Xunit;
using static DataEfficiency.Portal.Tests.Importing.TinyWorkbook;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Workbooks that were made to cost memory or time, and damaged ones: all are refused in words, within what one import may
/// hold.</summary>
[Collection(HeavyFiles.Name)]
public sealed class HostileWorkbookTests
{
    private const string OneCell = "<row><c t=\"s\"><v>0</v></c></row>";

    [Fact]
    public void SharedStrings_MillionsOfEmptyOnes_AreRefusedByTheirNumber() => Refused(new TinyWorkbook
    {
        Shared = string.Concat(Enumerable.Repeat("<si/>", ImportLimits.SharedTexts + 1)), Sheets = { ("S", "", OneCell) },
    }.Bytes(), "2 million texts");

    [Fact]
    public void SharedStrings_MillionsOfEmptyOnesThatAreAllowed_CostAReferenceEach()
    {
        // stored as they are, as a hostile file has them: 8.6 MB
        var shared = "<si><t>x</t></si>" + string.Concat(Enumerable.Repeat("<si/>", 1_700_000));
        var book = new TinyWorkbook { Shared = shared, Sheets = { ("S", "", OneCell) } }.Bytes();
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var reader = new XlsxReader(new MemoryStream(book), new SourceFormat(FileKind.Xlsx, HasHeader: false));

        Assert.Equal("x", Assert.Single(reader.Rows()).Field(0));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L << 20);
    }

    [Fact]
    public void SharedStrings_MillionsOfOneCharacter_HoldEachCharacterOnce()
    {
        var random = new Random(1);
        var shared = "<si><t>x</t></si>" + string.Concat(Enumerable.Range(1, 500_000)
            .Select(_ => $"<si><t>{(char)('a' + random.Next(26))}</t></si>"));
        var book = new TinyWorkbook { Shared = shared, Sheets = { ("S", "", OneCell) } }.Bytes();
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var reader = new XlsxReader(new MemoryStream(book), new SourceFormat(FileKind.Xlsx, HasHeader: false));
        var row = Assert.Single(reader.Rows());

        Assert.Equal("x", row.Field(0));
        // a reference each, and what the XML reader makes on its way; it was 8 KB each
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L << 20);
    }

    [Fact]
    public void Elements_NestedWithoutEnd_AreRefused() =>
        Refused(TinyWorkbook.Of(Row("text") + "<row>" + string.Concat(Enumerable.Repeat("<c>", 100_000))).Bytes(), "nested too deep");

    [Fact]
    public void Names_EachOneNew_AreRefused() =>
        Refused(TinyWorkbook.Of(Row("text") + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"<n{i}/>"))).Bytes(),
            "different names");

    [Fact]
    public void Value_OfManyMegabytes_IsRefused() =>
        Refused(TinyWorkbook.Of($"<row><c r=\"{new string('A', 5 << 20)}\"><v>1</v></c></row>").Bytes(), "single value");

    [Fact]
    public void Cell_LongerThanAText_IsAFaultOfItsRow()
    {
        var file = ReadFile.Of(TinyWorkbook.Of(Row("text") + Row(new string('x', ImportLimits.TextBytes + 1)) + Row("short")).Bytes(),
            "a.xlsx");

        Assert.Equal([RowFault.TooLong, null], file.Rows.Select(r => r.Fault?.Code));
    }

    [Fact]
    public void Parts_WithoutNumber_AreRefused()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            for (var i = 0; i < 10_001; i++) zip.CreateEntry($"a{i}");

        Refused(file.ToArray(), "10,000 parts");
    }

    [Fact]
    public void Document_WithATypeOfItsOwn_IsRefused() => Refused(Damaged("xl/worksheets/part0.xml",
        _ => "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><worksheet>&b;</worksheet>"), "damaged");

    [Theory]
    [InlineData("_rels/.rels")]
    [InlineData("xl/workbook.xml")]
    [InlineData("xl/_rels/workbook.xml.rels")]
    [InlineData("xl/styles.xml")]
    [InlineData("xl/worksheets/part0.xml")]
    public void Part_CutInTheMiddle_IsRefusedAsDamaged(string part) =>
        Refused(Damaged(part, content => content[..(content.Length / 2)]), "damaged");

    [Theory]
    [InlineData("xl/workbook.xml")]
    [InlineData("xl/_rels/workbook.xml.rels")]
    [InlineData("xl/worksheets/part0.xml")]
    public void Part_Missing_IsRefusedAsDamaged(string part) => Refused(Damaged(part, _ => null), "damaged");

    [Fact]
    public void Bytes_FlippedAnywhere_AreReadOrRefusedAndNeverAnotherError()
    {
        var book = TinyWorkbook.Of(Row("text", "label") + Row("cold kettle", "heat") + Row("loose lid", "lid")).Bytes();
        for (var at = 0; at < book.Length; at += 3)
        {
            var damaged = book.ToArray();
            damaged[at] ^= 0x55;
            try { ReadFile.Of(damaged, "a.xlsx"); }
            catch (ImportException)
            {
                // told in words
            }
        }
        for (var length = 4; length < book.Length; length += 7) Assert.NotEmpty(ReadFile.Refusal(book[..length]));
    }

    private static void Refused(byte[] book, string says) => Assert.Contains(says, ReadFile.Refusal(book));

    private static byte[] Damaged(string part, Func<string, string?> damage)
    {
        using var file = new MemoryStream();
        file.Write(TinyWorkbook.Of(Row("text", "label") + Row("cold kettle", "heat")).Bytes());
        using (var zip = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = zip.GetEntry(part)!;
            string content;
            using (var reader = new StreamReader(entry.Open())) content = reader.ReadToEnd();
            entry.Delete();
            if (damage(content) is { } damaged) Write(zip, part, damaged);
        }
        return file.ToArray();
    }
}

/// <summary>Runs beside nothing else: other tests measure the memory of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HeavyFiles
{
    public const string Name = "heavy files";
}
