using ClosedXML.Excel;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Importing;
using Xunit;
using static DataEfficiency.Portal.Tests.Importing.TinyWorkbook;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class WorkbookTests
{
    [Theory]
    [InlineData("state=\"hidden\"")]
    [InlineData("state=\"veryHidden\"")]
    public void Sheets_FirstOneHidden_TheFirstVisibleIsProposedAndTheOtherCanBeChosen(string state)
    {
        var book = new TinyWorkbook
        {
            Sheets = { ("Codes", state, Row("code", "stands for") + Row("H", "heat")),
            ("Messages", "", Row("text", "label") + Row("cold kettle", "heat")) },
        }.Bytes();

        var file = ReadFile.Of(book, "a.xlsx");

        Assert.Equal("Messages", file.Format.Sheet);
        Assert.Equal(["text", "label"], file.Columns);
        Assert.Equal(["H"], ReadFile.Of(book, "a.xlsx", f => f with { Sheet = "Codes" }).Values(0));
        Assert.Contains("no sheet 'Nothing'", Assert.Throws<ImportException>(() =>
            ReadFile.Of(book, "a.xlsx", f => f with { Sheet = "Nothing" })).Message);
    }

    [Fact]
    public void Parts_UnderOtherNames_AreFoundThroughRelationships()
    {
        var book = new TinyWorkbook
        {
            BookPart = "office/buch7.xml", SharedPart = "elsewhere/texts.xml",
            Shared = "<si><t>text</t></si><si><t>label</t></si><si><t>cold</t></si>",
            Sheets = { ("S", "",
            "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row><row><c t=\"s\"><v>2</v></c><c t=\"s\"><v>1</v></c></row>") },
        };

        Assert.Equal(["cold"], ReadFile.Of(book.Bytes(), "a.xlsx").Values(0));
    }

    [Theory]
    [InlineData("2.2000000000000002", "2.2")]
    [InlineData("0.60000000000000009", "0.6")]
    [InlineData("0.30000000000000004", "0.3")]
    [InlineData("3", "3")]
    [InlineData("-0.1", "-0.1")]
    [InlineData("1E3", "1000")]
    [InlineData("12345678901234567", "12345678901234600")]
    [InlineData("0.000012345", "0.000012345")]
    [InlineData("1.5E+300", "1.5E+300")]
    [InlineData("123456789012345", "123456789012345")]
    public void Numbers_OfSeventeenDigits_AreShownAsExcelShowsThem(string stored, string shown) =>
        Assert.Equal(shown, ExcelNumber.Show(stored, default, false));

    [Theory]
    [InlineData("0.27083333333333331", 20, "06:30")]
    [InlineData("0.27083333333333331", 21, "06:30:00")]
    [InlineData("0", 20, "0:00")]
    [InlineData("0.5", 18, "12:00")]
    [InlineData("46086.75", 20, "18:00")]
    [InlineData("1.6666666666666667", 46, "40:00:00")]
    [InlineData("0.020833333333333332", 45, "30:00")]
    [InlineData("1", 14, "1900-01-01")]
    [InlineData("46", 14, "1900-02-15")]
    [InlineData("59", 14, "1900-02-28")]
    [InlineData("60", 14, "1900-02-29")]
    [InlineData("61", 14, "1900-03-01")]
    [InlineData("46086", 15, "2026-03-05")]
    [InlineData("46086.9", 17, "2026-03-05")]
    [InlineData("46086.270833333336", 22, "2026-03-05T06:30:00")]
    [InlineData("-1", 14, "-1")]
    [InlineData("46086", 1, "46086")]
    public void BuiltInFormats_OfDaysAndTimes_ShowWhatTheySay(string stored, int format, string shown) =>
        Assert.Equal(shown, ExcelNumber.Show(stored, ExcelFormat.BuiltIn(format), false));

    [Fact]
    public void BuiltInFormats_OfChineseJapaneseAndKoreanExcel_ShowTheDay() =>
        Assert.All(Enumerable.Range(27, 10).Concat(Enumerable.Range(50, 9)),
            id => Assert.Equal("2026-03-05", ExcelNumber.Show("46086", ExcelFormat.BuiltIn(id), false)));

    [Theory]
    [InlineData("[h]:mm", "1.6666666666666667", "40:00")]
    [InlineData("[hh]:mm:ss", "0.041666666666666664", "01:00:00")]
    [InlineData("[mm]:ss", "0.0625", "90:00")]
    [InlineData("[s]", "0.0010416666666666667", "90")]
    [InlineData("yyyy\\-mm\\-dd", "46086", "2026-03-05")]
    [InlineData("[$-407]d. mmmm yyyy;@", "46086", "2026-03-05")]
    [InlineData("dd/mm/yyyy hh:mm", "46086.270833333336", "2026-03-05T06:30:00")]
    [InlineData("h:mm AM/PM", "0.77083333333333337", "18:30")]
    [InlineData("mm:ss.0", "0.00069560185185185188", "01:00.1")]
    [InlineData("mmm", "46086", "2026-03-05")]
    [InlineData("[$-411]ge.m.d", "46086", "2026-03-05")]
    [InlineData("[Red]0.00", "1.5", "1.50")]
    [InlineData("0.00E+00", "1.5", "1.50E+00")]
    [InlineData("0\" days\"", "5", "5 days")]
    [InlineData("#,##0\\ \"mh\"", "5", "5 mh")]
    [InlineData("General", "5", "5")]
    [InlineData("[>=100]0;0.0", "5", "5.0")]
    [InlineData("_(* #,##0_)", "5", "5")]
    public void CustomFormats_AreDaysTimesSpansOrNumbers(string code, string stored, string shown) =>
        Assert.Equal(shown, ExcelNumber.Show(stored, ExcelFormat.Parse(code), false));

    [Theory]
    [InlineData("0%", "0.125", "13%")]
    [InlineData("0%;-0%;0%", "-0.5", "-50%")]
    [InlineData("00000", "42", "00042")]
    [InlineData("(000) 000-0000", "5551234567", "(555) 123-4567")]
    [InlineData("0.00", "1.005", "1.01")]
    [InlineData("#,##0.00\\ \"€\"", "1234.5", "1,234.50 €")]
    [InlineData("[$$-409]#,##0.00", "-5", "-$5.00")]
    [InlineData("#,##0.0,\"k\"", "15300", "15.3k")]
    [InlineData("##0.0E+0", "123456", "123.5E+3")]
    [InlineData("0E+0", "9.99", "1E+1")]
    [InlineData("# ?/?", "0.3", "2/7")]
    [InlineData("??/??", "1234.567", "119753/97")]
    [InlineData("# ??/??", "-12345.6789", "-12345 55/81")]
    [InlineData("# ?/?", "0.999", "1")]
    [InlineData("# ?/?", "0.04", "0")]
    [InlineData("# ??/??", "1.25", "1 1/4")]
    [InlineData("# ?/8", "0.3", "2/8")]
    [InlineData("?/?", "1.5", "3/2")]
    [InlineData("# ?/?", "3", "3")]
    [InlineData("0;[Red](0)", "-3", "(3)")]
    [InlineData("0.0;-0.0;\"zero; none\"", "0", "zero; none")]
    [InlineData("\"yes\";;\"no\"", "1", "yes")]
    [InlineData("[=1]\"one\";[=2]\"two\";0", "2", "two")]
    [InlineData("[=1]\"one\";[=2]\"two\";0", "3", "3")]
    [InlineData("[<1]0.00;[<10]0.0;0", "50", "50")]
    [InlineData("_(* #,##0.00_);_(* (#,##0.00);_(* \"-\"??_);_(@_)", "-5", "(5.00)")]
    [InlineData("General\" pcs\"", "2.5", "2.5 pcs")]
    [InlineData("0.##", "2", "2.")]
    [InlineData("@", "12.5", "12.5")]
    [InlineData(";;;", "5", "5")]
    [InlineData("0", "1E+300", "1E+300")]
    [InlineData("?/999999999", "1E+20", "100000000000000000000")]
    [InlineData("??/??", "1E+20", "100000000000000000000/1")]
    [InlineData("yyyy-mm-dd;@", "46086", "2026-03-05")]
    public void NumberFormats_ShowWhatExcelShows(string code, string stored, string shown) =>
        Assert.Equal(shown, ExcelNumber.Show(stored, ExcelFormat.Parse(code), false));

    [Theory]
    [InlineData(2, "0.1", "0.10")]
    [InlineData(4, "-1234.5", "-1,234.50")]
    [InlineData(9, "0.15", "15%")]
    [InlineData(11, "0.00012", "1.20E-04")]
    [InlineData(12, "0.5", "1/2")]
    [InlineData(37, "-1234", "(1,234)")]
    [InlineData(49, "12.5", "12.5")]
    public void BuiltInFormats_OfNumbers_ShowWhatExcelShows(int format, string stored, string shown) =>
        Assert.Equal(shown, ExcelNumber.Show(stored, ExcelFormat.BuiltIn(format), false));

    [Fact]
    public void Cells_OfWrittenOutDays_AreShownAsTheirStyleSays()
    {
        static string Day(string stored, int style) => $"<c t=\"d\" s=\"{style}\"><v>{stored}</v></c>";
        var book = new TinyWorkbook
        {
            Formats = ("", [0, 14, 20, 22]),
            Sheets = { ("S", "", Row("text", "day") + Row("a", Day("2026-03-05T00:00:00", 1)) + Row("b", Day("06:30:00", 2))
                + Row("c", Day("2026-03-05T06:30:00Z", 3)) + Row("d", Day("2026-03-05", 0))) },
        };

        Assert.Equal(["2026-03-05", "06:30", "2026-03-05T06:30:00", "2026-03-05"], ReadFile.Of(book.Bytes(), "a.xlsx").Values(1));
    }

    [Fact]
    public void Cells_ThatPointToNoText_AreFaultsAndNotEmpty()
    {
        var file = ReadFile.Of(new TinyWorkbook
        {
            Shared = "<si><t>a</t></si>",
            Sheets = { ("S", "", Row("text", "label") + "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>7</v></c></row>") },
        }.Bytes(), "a.xlsx");

        Assert.Equal("a", file.Rows[0].Field(0));
        Assert.Contains("text 7 of the workbook", file.Rows[0].FaultOf(1)!.Reason);
    }

    [Fact]
    public void Sheets_FirstOneEmpty_TheFirstWithCellsIsProposed() => Assert.Equal(["cold"], ReadFile.Of(new TinyWorkbook
    {
        Sheets = { ("Sheet1", "", ""), ("Messages", "", Row("text", "label") + Row("cold", "heat")) },
    }.Bytes(), "a.xlsx").Values(0));

    [Fact]
    public void Cells_MergedOverRows_HaveTheirValueInEach()
    {
        var file = ReadFile.Of(new TinyWorkbook
        {
            Sheets = { ("S", "", Row("text", "label") + Row("a", "heat") + Row("b") + Row("c") + Row("d", "lid") + Row("e")) },
            Tail = "<mergeCells><mergeCell ref=\"B2:B4\"/><mergeCell ref=\"B5:C5\"/></mergeCells>",
        }.Bytes(), "a.xlsx");

        Assert.Equal(["heat", "heat", "heat", "lid", null], file.Values(1));
    }

    // merged cells are looked for in pieces of the sheet: what stands over the end of one is found
    [Fact]
    public void Texts_WithHalfASurrogatePair_AreErrorsOfTheirRow()
    {
        var file = ReadFile.Of(TinyWorkbook.Of(TinyWorkbook.Row("text", "label") + TinyWorkbook.Row("_xd83d_ half", "x")
            + TinyWorkbook.Row("_xD83D__xDE00_", "y")).Bytes(), "a.xlsx");

        Assert.Equal((RowFault.BadBytes, "text"), (file.Rows[0].Fault!.Code, file.Rows[0].Fault!.Column));
        Assert.Equal(["😀"], file.Values(0));
    }

    [Fact]
    public void Times_WithFractionsOfASecond_KeepThemBehindADayToo() => Assert.Equal(["2026-03-05T12:00:00.250"], ReadFile.Of(
        new TinyWorkbook
        {
            Formats = ("<numFmt numFmtId=\"164\" formatCode=\"yyyy-mm-dd hh:mm:ss.000\"/>", [164]),
            Sheets = { ("S", "", TinyWorkbook.Row("id", "text") + TinyWorkbook.Row("a", TinyWorkbook.Number("46086.5000028935"))) },
        }.Bytes(), "a.xlsx").Values(1));

    [Fact]
    public void Cells_MergedBehindALongSheet_AreFoundWhereverTheirNameStands()
    {
        for (var place = -11; place <= 1; place++)
        {
            var book = new TinyWorkbook { Sheets = { ("S", "", Row("text", "label") + Row("a", "heat") + Row("b")) } };
            var before = $"<worksheet {Main}><sheetData>{book.Sheets[0].Rows}</sheetData><".Length;
            book = new() { Sheets = { book.Sheets[0] }, Tail = new string(' ', (1 << 17) - before + place)
                + "<mergeCells><mergeCell ref=\"B2:B3\"/></mergeCells>" };
            Assert.Equal(["heat", "heat"], ReadFile.Of(book.Bytes(), "a.xlsx").Values(1));
        }
    }

    [Fact]
    public void RowsAndColumns_HiddenInTheSheet_AreReadAndTold()
    {
        var file = ReadFile.Of(new TinyWorkbook
        {
            Head = "<cols><col min=\"1\" max=\"1\" hidden=\"0\"/><col min=\"2\" max=\"16384\" hidden=\"1\"/></cols>",
            Sheets = { ("S", "", Row("text", "label", "note") + Row("a", "heat").Replace("<row", "<row hidden=\"true\"")
                + Row("b", "lid") + "<row hidden=\"1\"/>" + Row("c", "lid").Replace("<row", "<row hidden=\"1\"")) },
        }.Bytes(), "a.xlsx");

        Assert.Equal(["a", "b", "c"], file.Values(0));
        Assert.Equal(["2 rows that are hidden or filtered out in the sheet are imported too.",
            "2 columns that are hidden in the sheet are read too."], file.Preview.Notes.Select(n => n.ReplaceLineEndings(" ")));
        Assert.Empty(ReadFile.Of(TinyWorkbook.Of(Row("text", "label") + Row("a", "heat").Replace("<row", "<row hidden=\"false\"")).Bytes(),
            "a.xlsx").Preview.Notes);
    }

    [Fact]
    public void NumberFormats_LongerThanExcelTakes_AreGeneral() =>
        Assert.Equal("0.5", ExcelNumber.Show("0.5", ExcelFormat.Parse(new string('0', 300)), false));

    [Fact]
    public void Rows_AboveTheNamesOfTheColumns_AreToldAndNotImported()
    {
        var file = ReadFile.Of(TinyWorkbook.Of(Row("Survey of 2026") + "<row/>" + Row("text", "label") + Row("cold", "heat")
            + Row("loose", "lid")).Bytes(), "a.xlsx");

        Assert.Equal(["text", "label"], file.Columns);
        Assert.Equal(["cold", "loose"], file.Values(0));
        Assert.Contains("“Survey of 2026”", Assert.Single(file.Preview.Notes));
    }

    [Fact]
    public void Dates_From1904_AreFourYearsLater()
    {
        var book = new TinyWorkbook
        {
            BookProperties = "<workbookPr date1904=\"1\"/>", Formats = ("<numFmt numFmtId=\"164\" formatCode=\"[h]:mm\"/>", [0, 14, 164]),
            Sheets = { ("S", "", Row("text", "day") + Row("first", Number("0", 1)) + Row("later", Number("44624", 1))
            + Row("span", Number("1.5", 2))) },
        };

        Assert.Equal(["1904-01-01", "2026-03-05", "36:00"], ReadFile.Of(book.Bytes(), "a.xlsx").Values(1));
    }

    [Fact]
    public void Strings_RunsPhoneticsAndEscapes_GiveTheTextThatExcelShows()
    {
        var book = new TinyWorkbook
        {
            Shared = "<si><t>text</t></si><si><r><t>課</t></r><rPh sb=\"0\" eb=\"1\"><t>カ</t></rPh><r><t xml:space=\"preserve\">長 " +
                "</t></r></si>" +
                "<si><t>a_x000D_b _x005F_x0041_</t></si><si/>",
            Sheets = { ("S", "", "<row><c t=\"s\"><v>0</v></c></row><row><c t=\"s\"><v>1</v></c></row><row><c t=\"s\"><v>2</v></c></row>" +
                "<row><c t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r><rPh sb=\"0\" " +
                    "eb=\"1\"><t>no</t></rPh></is></c></row><row><c t=\"s\"><v>3</v></c></row>") },
        };

        Assert.Equal(["課長 ", "a\rb _x0041_", "inline"], ReadFile.Of(book.Bytes(), "a.xlsx").Values(0));
    }

    [Theory]
    [InlineData("_x0041_")]
    [InlineData("_x0041_x0042_")]
    [InlineData("_x005F_x0041_")]
    [InlineData("a\u0001b_xFFFF_")]
    [InlineData("__x0041__")]
    public void Export_TextThatLooksEscaped_ComesBackAsItWas(string text)
    {
        Assert.Equal(text, ExcelEscapes.Decode(ExcelText.Encode(text)));
    }

    [Fact]
    public void Export_ByTheReportsWriter_EscapesWhatLooksEscaped()
    {
        const string text = "note _x0041_ here";
        using var book = new XLWorkbook();
        book.AddWorksheet("S").Cell("A1").SetValue<string>("text");
        book.Worksheet("S").Cell("A2").SetValue<string>(ExcelText.Cut(text)).SetDataType(XLDataType.Text);
        using var file = new MemoryStream();
        book.SaveAs(file);
        Assert.Equal([text], ReadFile.Of(file.ToArray(), "a.xlsx").Values(0));
    }

    [Fact]
    public void Cells_BooleansErrorsAndFormulas_AreShownOrFaultsOfTheirColumn()
    {
        var book = TinyWorkbook.Of(Row("text", "label", "note") + Row("yes", "<c t=\"b\"><v>1</v></c>", "x") +
            Row("error", "<c t=\"e\"><v>#N/A</v></c>", "x") + Row("formula", "<c><f>1+1</f><v>2</v></c>", "x") +
            Row("empty text", "<c t=\"str\"><f>\"\"</f><v></v></c>", "x") + Row("never calculated", "<c><f>A1</f></c>", "x") +
            Row("beside", "done", "<c><f>A1</f></c>") + Row("<c t=\"e\"><v>#REF!</v></c>", "done", "x")).Bytes();
        var file = ReadFile.Of(book, "a.xlsx");
        using var reader = RowReaders.Open(new MemoryStream(book), file.Format);
        var mapper = new RowMapper(file.Preview.Proposed, reader);

        var mapped = reader.Rows().Select(mapper.Map).ToList();

        Assert.Equal([null, RowFault.CellError, null, null, RowFault.NoResult, null, RowFault.CellError],
            mapped.Select(m => m.Fault?.Code));
        Assert.Equal(["TRUE", "2", null, "done"], mapped.Where(m => m.Row is not null).Select(m => m.Row!.Answer));
        Assert.Contains("no stored result", mapped[4].Fault!.Reason);
    }

    [Fact]
    public void Workbook_NamesOfOtherFiles_AreToldApart()
    {
        byte[] Compound(string name) => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[1000],
        .. System.Text.Encoding.Unicode.GetBytes(name), .. new byte[100]];

        Assert.Contains("is protected by a password", ReadFile.Refusal(Compound("EncryptedPackage")));
        Assert.Contains("old Excel file (.xls)", ReadFile.Refusal(Compound("Workbook")));
        Assert.Contains("old Word document", ReadFile.Refusal(Compound("WordDocument")));
        Assert.Contains("compound file", ReadFile.Refusal(Compound("Something")));
        Assert.Contains("old Excel file (.xls)", ReadFile.Refusal([9, 8, 8, 0, 0, 5, 5, 0, .. new byte[50]]));
    }
}
