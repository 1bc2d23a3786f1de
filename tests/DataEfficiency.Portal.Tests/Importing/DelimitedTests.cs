using System.Text;
using DataEfficiency.Portal.Importing;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class DelimitedTests
{
    [Fact]
    public void Tsv_QuoteAtTheStartOfAField_IsACharacterLikeAnyOther()
    {
        var file = ReadFile.Of("text\tlabel\nKettle is warm\tok\n\"Best so far\tok\nLid is loose\tbad\n\"Never again\tbad\nWorks\tok\n",
            "a.tsv");

        Assert.Equal(["Kettle is warm", "\"Best so far", "Lid is loose", "\"Never again", "Works"], file.Values(0));
        Assert.Equal(["ok", "ok", "bad", "bad", "ok"], file.Values(1));
    }

    [Fact]
    public void Tsv_SavedWithQuotes_IsReadSoWhenAsked()
    {
        var file = ReadFile.Of("text\tlabel\n\"two\nlines\"\tok\nplain\tbad\n", "a.tsv", f => f with { Quoted = true });

        Assert.Equal(["two\nlines", "plain"], file.Values(0));
    }

    [Theory]
    [InlineData("text,label\n\"The sign said \\\"closed\\\" all day\",open\n\"Plain row\",shut\n", 1)]
    [InlineData("text,label\n\"Best toaster\" so far,open\n\"Plain row\",shut\n", 1)]
    [InlineData("text,label\n\"Lid, \"loose\"\",open\n\"Plain row\",shut\n", 1)]
    public void Csv_QuoteClosedInsideAField_IsARowErrorAndTheNextRowIsWhole(string content, int bad)
    {
        var file = ReadFile.Of(content, "a.csv");

        Assert.Equal(["text", "label"], file.Columns);
        Assert.Equal(bad, file.Rows.Count(r => r.Fault?.Code == RowFault.BadRow));
        Assert.Equal(["Plain row"], file.Values(0));
        Assert.Contains("in the middle of a field in line 2", file.Rows[0].Fault!.Reason);
    }

    [Fact]
    public void Csv_StrayOpeningQuote_NeverMakesTwoRowsOneText()
    {
        var file = ReadFile.Of("text,label\nKettle,ok\n\"Best so far,ok\nLid,bad\n\"Never again,bad\nWorks,ok\n", "a.csv");

        Assert.Equal(["Kettle", "Works"], file.Values(0));
        Assert.Contains("opened in line 3", Assert.Single(file.Rows, r => r.Fault is not null).Fault!.Reason);
    }

    [Fact]
    public void Csv_BlanksBehindAClosingQuote_AreAFaultAndNoPartOfTheField()
    {
        var file = ReadFile.Of("text,label\n\"a\" ,x\n\"b\",y\n", "a.csv");

        Assert.Equal([RowFault.BadRow, null], file.Rows.Select(r => r.Fault?.Code));
    }

    [Theory]
    [InlineData("sep=;\r\ntext;label\r\nKettle, cold;heat\r\nLid;lid\r\n", ';')]
    [InlineData("SEP=|\ntext|label\nKettle, cold|heat\nLid|lid\n", '|')]
    [InlineData("\"sep=,\"\ntext,label\n\"Kettle, cold\",heat\nLid,lid\n", ',')]
    [InlineData("sep=\t\ntext\tlabel\nKettle, cold\theat\nLid\tlid\n", '\t')]
    public void Csv_ExcelsSeparatorLine_NamesTheSeparatorAndIsNoRow(string content, char separator)
    {
        var file = ReadFile.Of(content, "a.csv");

        Assert.Equal(separator, file.Format.Delimiter);
        Assert.Equal(["text", "label"], file.Columns);
        Assert.Equal([(3, "Kettle, cold"), (4, "Lid")], file.Rows.Select(r => (r.Line, r.Field(0)!)));
    }

    [Fact]
    public void Preview_FirstRowInDoubt_ShowsBothReadings()
    {
        var headless = ReadFile.Of("cold kettle,heat\nloose lid,lid\ncold tea,heat\n", "a.csv");
        var named = ReadFile.Of("text,label\ncold kettle,heat\n", "a.csv");

        Assert.False(headless.Format.HasHeader);
        Assert.Equal(["cold kettle", "heat"], headless.Preview.Readings!.Names);
        Assert.True(named.Format.HasHeader);
        Assert.Equal(["text", "label"], named.Preview.Readings!.FirstItem);
        Assert.Equal(2, ReadFile.Of("text,label\ncold kettle,heat\n", "a.csv", f => f with { HasHeader = false }).Rows.Count);
    }

    [Theory]
    [InlineData("DESC:manner How did serfdom develop ?\nENTY:cremat What films featured Popeye ?\nDESC:manner How can I find one ?\n", ' ',
        "DESC:manner")]
    [InlineData("__label__pos Works as told\n__label__neg Lid, is loose\n", ' ', "__label__pos")]
    [InlineData("spam: You have won a prize\nham: See you at six\nspam: Call now, please\n", ':', "spam")]
    [InlineData("card arrival: where is it\nlost card: I lost it\ncard arrival: still not here\n", ':', "card arrival")]
    [InlineData("ham Ok lar, see you\nspam Free entry: win\nham So early then\n", ' ', "ham")]
    [InlineData("1 a fine film\n0 a dull film\n1 quite good\n0 never again\n", ' ', "1")]
    public void Lines_ThatBeginWithTheirLabel_AreLabelAndText(string content, char separator, string first)
    {
        var file = ReadFile.Of(content, "lines.txt");

        Assert.Equal((FileKind.LabelLines, separator), (file.Format.Kind, file.Format.Delimiter));
        Assert.Equal(("text", "label"), (file.Preview.Proposed.Text, file.Preview.Proposed.Answer));
        Assert.Equal(first, file.Rows[0].Field(0));
        Assert.DoesNotContain(file.Rows, r => r.Field(1)!.Length == 0);
    }

    [Fact]
    public void Lines_LabelTabText_AreTwoColumns()
    {
        var mapped = ReadFile.Mapped("ham\tOk lar\nspam\tFree \"entry\nham\tSo early\n", "SMSSpamCollection");

        Assert.Equal([("ham", "Ok lar"), ("spam", "Free \"entry"), ("ham", "So early")], mapped.Select(m => (m.Answer, m.Text)));
    }

    [Theory]
    [InlineData("What is it ?\nHow did it go ?\nWhat was it ?\nWho are you ?\n")]
    [InlineData("The kettle is cold\nThe lid is loose\nThe box was wet\n")]
    [InlineData("Note that: it is\nAnd so on\n")]
    public void Lines_OfPlainSentences_StayWhole(string content) =>
        Assert.Equal(FileKind.Delimited, ReadFile.Of(content, "lines.txt").Format.Kind);

    [Theory]
    [InlineData("utf-7")]
    [InlineData("no-such")]
    [InlineData("")]
    public void Encoding_Refused_IsToldInWords(string name) =>
        Assert.Contains("is not read here", Assert.Throws<ImportException>(() =>
            ReadFile.Of("text\na\n", "a.csv", f => f with { Encoding = name })).Message);

    [Fact]
    public void Encoding_Latin1BehindTheHead_IsSeenBeforeThePreview()
    {
        var content = "text,label\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"a plain line number {i} of the file,x\n"))
            + "ein Café für Grüße,x\n";

        var file = ReadFile.Of(Encoding.Latin1.GetBytes(content), "a.csv");

        Assert.Equal("windows-1252", file.Format.Encoding);
        Assert.Contains("no UTF-8", Assert.Single(file.Preview.Notes));
        Assert.Equal("ein Café für Grüße", file.Rows[^1].Field(0));
    }

    [Fact]
    public void Encoding_MostlyUtf8WithABadByte_StaysUtf8WithARowError()
    {
        byte[] bytes = [.. "text,label\nGrüße,a\nbroken "u8, 0xFF, .. ",b\n"u8];

        var file = ReadFile.Of(bytes, "a.csv");

        Assert.Equal(("utf-8", RowFault.BadBytes), (file.Format.Encoding, file.Rows[1].Fault?.Code));
        Assert.Single(file.Preview.Notes);
    }

    [Theory]
    [InlineData(false, "text,label\n水壶是凉的,热\n盖子松了,盖\n")]
    [InlineData(true, "text,label\n水壶是凉的,热\n盖子松了,盖\n")]
    [InlineData(false, "text,label\nОна холодная,да\nНет,нет\n")]
    public void Encoding_Utf16WithoutAMark_IsTold(bool bigEndian, string content)
    {
        var file = ReadFile.Of(new UnicodeEncoding(bigEndian, false).GetBytes(content), "a.csv");

        Assert.Equal(bigEndian ? "utf-16BE" : "utf-16", file.Format.Encoding);
        Assert.Equal(content.Split('\n')[1].Split(',')[0], file.Rows[0].Field(0));
    }

    public static TheoryData<string, byte[]> NoTexts => new()
    {
        { "PNG", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'] },
        { "program", [(byte)'M', (byte)'Z', 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xFF, 0xFF, 0, 0] },
        { "gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0] },
        { "no text", [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7919 >> 3))] },
    };

    [Theory]
    [MemberData(nameof(NoTexts))]
    public void Sniff_BinaryFile_IsRefusedAsWhatItIs(string name, byte[] bytes) =>
        Assert.Contains(name, ReadFile.Refusal(bytes, "pool.csv"));
}
