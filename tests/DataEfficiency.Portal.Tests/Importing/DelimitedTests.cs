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

    // a stray quote at the start of one text and one at the end of another: each line is a row as it stands
    [Fact]
    public void Tsv_QuotesThatCouldEncloseTwoRows_DoNot()
    {
        var file = ReadFile.Of("text\tlabel\n\"I loved it.\tok\nIt was great.\"\tbad\n", "a.tsv");

        Assert.Equal(["\"I loved it.", "It was great.\""], file.Values(0));
    }

    [Theory]
    [InlineData("text\tlabel\n\"two\nlines\"\tok\nplain\tbad\n", "two\nlines", "plain")]
    [InlineData("id\ttext\r\n1\t\"a\r\nb\"\r\n2\tc\r\n", "1", "2")]
    [InlineData("text\tlabel\n\"a, \"\"b\"\"\"\tok\nplain\tbad\n", "a, \"b\"", "plain")]
    [InlineData("text\tlabel\n\"cold, again\"\tok\nplain\tbad\n", "cold, again", "plain")]
    [InlineData("\"text\"\t\"label\"\n\"a\tb\"\t\"ok\"\n\"plain\"\t\"bad\"\n", "a\tb", "plain")]
    public void Tsv_AsExcelOrPandasQuoteIt_IsReadSo(string content, string first, string second)
    {
        Assert.Equal([first, second], ReadFile.Of(content, "a.tsv").Values(0));
        Assert.Equal([first, second], ReadFile.Of(content, "a.csv").Values(0));
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
    [InlineData("sep=\\t\ntext\tlabel\nKettle, cold\theat\nLid\tlid\n", '\t')]
    [InlineData("sep = ;\ntext;label\nKettle, cold;heat\nLid;lid\n", ';')]
    [InlineData("sep=;;\ntext;label\nKettle, cold;heat\nLid;lid\n", ';')]
    [InlineData("\"sep=\";;\ntext;label\nKettle, cold;heat\nLid;lid\n", ';')]
    [InlineData("sep=\ntext|label\nKettle, cold|heat\nLid|lid\n", '|')]
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
    [InlineData("text,label,note\na,x\nb,y,z\n", "a", "b")]
    [InlineData("text,label\n\"a\"b,x\n\"c\"d,y\n\"e\"f,z\n")]
    [InlineData("review\n\"cold, kettle\"\n\"loose lid\"\n", "cold, kettle", "loose lid")]
    [InlineData("Survey 2026\n\ntext,label\na,x\nb,y\n", "a", "b")]
    [InlineData("# made by a tool\ntext,label\na,x\nb,y\n", "a", "b")]
    [InlineData("When,What did you think of the kettle that you bought from us last week and why?\n2026-03-05,it is fine\n2026-03-06,no\n",
        "2026-03-05", "2026-03-06")]
    [InlineData("text,2024,2025\na,1,2\nb,3,4\n", "a", "b")]
    [InlineData("text,2024-01-01\na,1\nb,2\n", "a", "b")]
    [InlineData("text,label\na,x\nb,y\n\u001a", "a", "b")]
    public void Csv_NamesOfTheColumns_AreNoRow(string content, params string[] first)
    {
        var file = ReadFile.Of(content, "a.csv");

        Assert.True(file.Format.HasHeader);
        Assert.Equal(first, file.Values(0));
    }

    [Fact]
    public void Csv_FirstRowOfADayAndAText_IsARow() =>
        Assert.Equal(2, ReadFile.Of("2026-03-05,the kettle is cold\n2026-03-06,the lid is loose\n", "a.csv").Rows.Count);

    [Theory]
    [InlineData("{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}\n", "a.csv")]
    [InlineData("{\"text\":\"a\"}\n{\"text\":\"b\"}\n", "a.tsv")]
    [InlineData("[{\"text\":\"a\"},{\"text\":\"b\"}]", "a.csv")]
    public void Json_UnderTheNameOfATable_IsReadAsJson(string content, string name) =>
        Assert.Equal(["a", "b"], ReadFile.Of(content, name).Values(0));

    [Theory]
    [InlineData("<html><table><tr><td>a</td></tr></table></html>", "report.xls", "web page")]
    [InlineData("\n<!DOCTYPE html><html>Sign in</html>", "a.csv", "web page")]
    [InlineData("<?xml version=\"1.0\"?>\n<Workbook/>", "a.xls", "XML")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 12\n", "a.csv", "pointer of Git LFS")]
    [InlineData("- text: a\n  label: x\n- text: b\n  label: y\n", "a.yaml", "YAML")]
    [InlineData("var data = [{\"text\":\"a\"}];", "a.json", "begins with “var data")]
    [InlineData("// made by\n[{\"text\":\"a\"}]", "a.json", "begins with “// made by”")]
    public void Texts_ThatAreNoTable_AreRefusedAsWhatTheyAre(string content, string name, string says) =>
        Assert.Contains(says, ReadFile.Refusal(Encoding.UTF8.GetBytes(content), name));

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

    [Fact]
    public void Encoding_CyrillicInOneByteEach_IsNoWesternText()
    {
        // "Она холодная,да" in Windows-1251
        byte[] bytes = [.. "text,label\n"u8, 0xCE, 0xED, 0xE0, (byte)' ', 0xF5, 0xEE, 0xEB, 0xEE, 0xE4, 0xED, 0xE0, 0xFF, .. ",da\n"u8];

        var file = ReadFile.Of(bytes, "a.csv");

        Assert.Equal(RowFault.BadBytes, file.Rows[0].Fault?.Code);
        Assert.Equal(["Она холодная"], ReadFile.Of(bytes, "a.csv", f => f with { Encoding = "windows-1251" }).Values(0));
    }

    [Fact]
    public void Encoding_AStrayZeroInAPlainFile_CostsItsRowAndMakesNoOtherLetters()
    {
        foreach (var rest in new[] { "", "x" })
        {
            var file = ReadFile.Of($"text,label\nhel\0lo,pos\nbye{rest},neg\n" + string.Concat(Enumerable.Repeat("ok,pos\n", 30)), "a.csv");

            Assert.Equal(["text", "label"], file.Columns);
            Assert.Equal((RowFault.BadBytes, 2), (file.Rows[0].Fault!.Code, file.Rows[0].Line));
            Assert.Equal(31, file.Values(0).Count());
        }
    }

    [Fact]
    public void Encoding_ShiftJis_IsNoWesternText()
    {
        byte[] words = [0x93, 0xFA, 0x96, 0x7B, 0x8C, 0xEA, 0x0A, 0x83, 0x65, 0x83, 0x58, 0x83, 0x67, 0x0A];
        var file = ReadFile.Of([.. "text\n"u8, .. words], "a.csv");

        Assert.Equal("utf-8", file.Format.Encoding);
        Assert.Equal([RowFault.BadBytes, RowFault.BadBytes], file.Rows.Select(r => r.Fault!.Code));
    }

    [Fact]
    public void Csv_OfOneColumnWhoseTextsHaveCommas_KeepsItsNameAndItsTexts()
    {
        var file = ReadFile.Of("text\nhello, there\nbye, now\n", "a.csv");

        Assert.Equal(["text"], file.Columns);
        Assert.Equal(["hello, there", "bye, now"], file.Values(0));
    }

    [Theory]
    [InlineData("<rows><row>a</row></rows>", "a.xml", "XML")]
    [InlineData("<table><tr><td>a</td></tr></table>", "a.html", "web page")]
    [InlineData("{text: \"a\"}\n{text: \"b\"}\n", "a.json5", "Not valid JSON")]
    public void Files_NamedAsWhatIsNoTable_AreRefused(string content, string name, string words) =>
        Assert.Contains(words, ReadFile.Refusal(Encoding.UTF8.GetBytes(content), name));

    [Fact]
    public void Encoding_Utf32WithAMark_IsRead() => Assert.Equal(["水壶"],
        ReadFile.Of([0, 0, 0xFE, 0xFF, .. new UTF32Encoding(true, false).GetBytes("text,label\n水壶,热\n")], "a.csv").Values(0));

    public static TheoryData<string, byte[]> NoTexts => new()
    {
        { "PNG", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'] },
        { "program", [(byte)'M', (byte)'Z', 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xFF, 0xFF, 0, 0] },
        { "gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0] },
        { "PNG", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10] },
        { "gzip", [0x1F, 0x8B] },
        { "no text", [0x91, 0x5C, 0xE2, 0x07, 0xB4, 0x33, 0xF9, 0x68, 0xAD, 0xC1] },
        { "no text", [0x9C, 0xD3, 0x6A, 0xF8, 0x45, 0xB1, 0xEE, 0x7D, 0xA2, 0x58] },
        { "no text", [(byte)'a', 0, 1, 2, (byte)'b'] },
        { "no text", [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7919 >> 3))] },
    };

    [Theory]
    [MemberData(nameof(NoTexts))]
    public void Sniff_BinaryFile_IsRefusedAsWhatItIs(string name, byte[] bytes) =>
        Assert.Contains(name, ReadFile.Refusal(bytes, "pool.csv"));

    [Theory]
    [InlineData(10, .9), InlineData(24, .9), InlineData(100, .99), InlineData(5000, 1)]
    public void Sniff_RandomBytes_AreNoText(int length, double least)
    {
        var random = new Random(length);
        var refused = 0;
        for (var n = 0; n < 300; n++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            try
            {
                using var stream = new MemoryStream(bytes);
                FormatSniffer.Look(stream, "pool.csv");
            }
            catch (ImportException)
            {
                refused++;
            }
        }
        Assert.True(refused >= least * 300, $"{refused} of 300");
    }
}
