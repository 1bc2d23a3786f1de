using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Marked parts as other tools write them; places come out in code points.</summary>
public sealed class SpanFieldTests
{
    private const string Text = "👨‍👩‍👧 in  New York";

    [Theory]
    [InlineData("""[[10,18,"CITY"]]""")]
    [InlineData("""[{"start":10,"end":18,"label":"CITY","token_start":2}]""")]
    [InlineData("""[{"id":7,"start_offset":10,"end_offset":18,"label":"CITY"}]""")]
    // Label Studio counts UTF-16 units
    [InlineData("""[{"from_name":"l","type":"labels","value":{"start":13,"end":21,"text":"New York","labels":["CITY"]}}]""")]
    // and who writes its shape in code points is told by the words; blanks are folded
    [InlineData("""[{"type":"labels","value":{"start":10,"end":18,"text":" New  York","labels":["CITY"]}},{"value":{}}]""")]
    [InlineData("""[{"start":13,"end":21,"label":"CITY","text":"New York"}]""")]
    [InlineData("""[{"start":13,"end":21,"text":"New York","labels":["CITY"]}]""")]
    [InlineData("""{"start":[10],"end":[18],"label":["CITY"]}""")]
    public void Read_AsToolsWriteThem_GivesCodePoints(string field)
    {
        var (spans, fault) = SpanField.Read(field, Text);

        Assert.Null(fault);
        Assert.Equal([new FileSpan(10, 18, "CITY")], spans);
    }

    [Theory]
    [InlineData("""[[0,3,"A"],[90,99,"B"]]""", "from 90 to 99 lies outside")]
    [InlineData("""[{"start":0,"end":3,"label":"A","text":"Rome"}]""", "the file says “Rome”")]
    [InlineData("""["A"]""", "no list of marked parts")]
    [InlineData("CITY", "no list of marked parts")]
    [InlineData("""{"start":0}""", "no list of marked parts")]
    [InlineData("""{"start":[0,1],"end":[1],"label":["A"]}""", "no list of marked parts")]
    [InlineData("""[{"value":{"start":"0","end":"3","labels":["A"]}}]""", "no list of marked parts")]
    public void Read_WhatDoesNotFit_IsToldInWords(string field, string words) =>
        Assert.Contains(words, SpanField.Read(field, Text).Fault!.ToString());

    [Fact]
    public void Read_Nothing_IsNoAnswer_AndAnEmptyListHasNoParts()
    {
        Assert.Null(SpanField.Read(null, Text).Spans);
        Assert.Null(SpanField.Read(" ", Text).Spans);
        Assert.Empty(SpanField.Read("[]", Text).Spans!);
    }

    [Fact]
    public void Conll_TokensAndTags_AreTextsWithParts()
    {
        const string file = "-DOCSTART- -X- O O\n\nEU NNP B-ORG\nrejects VB O\n👨‍👩‍👧 NN O\nNew NNP B-CITY\nYork NNP I-CITY\n\nnobody O\n"
            + "Rome I-CITY\nParis B-CITY\n";
        var read = ReadFile.Of(file, "a.conll");
        var mapped = ReadFile.Mapped(file, "a.conll", m => m.For(TaskKinds.Of(TaskType.Spans)));

        Assert.Equal(FileKind.Conll, read.Format.Kind);
        Assert.Equal(["EU rejects 👨‍👩‍👧 New York", "nobody Rome Paris"], mapped.Select(m => m.Text));
        Assert.Equal([new(0, 2, "ORG"), new(17, 25, "CITY")], mapped[0].Spans!);
        Assert.Equal([new(7, 11, "CITY"), new(12, 17, "CITY")], mapped[1].Spans!);
        Assert.Equal([3, 9], read.Rows.Select(r => r.Line));
    }

    [Fact]
    public void Conll_BeginningWithoutParts_IsToldByItsName_AndBilouTagsAreRead()
    {
        var plain = string.Concat(Enumerable.Range(0, 1100).Select(i => $"w{i}\tO\n")) + "Rome\tB-CITY\n";

        Assert.Equal(FileKind.Conll, ReadFile.Of(plain, "a.conll").Format.Kind);
        Assert.Equal([new(0, 8, "CITY"), new(12, 16, "CITY"), new(17, 22, "CITY")], Assert.Single(ReadFile.Mapped(
            "New B-CITY\nYork L-CITY\nis O\nRome U-CITY\nParis U-CITY\n", "a.txt", m => m.For(TaskKinds.Of(TaskType.Spans)))).Spans!);
    }

    [Fact]
    public void Conll_LineOfBlanks_EndsAnItemAsAnEmptyOne() => Assert.Equal(["EU says", "Peter"],
        ReadFile.Mapped("EU B-ORG\nsays O\n \t\nPeter B-PER\n", "a.conll").Select(m => m.Text));

    [Theory]
    [InlineData("Name\tcity\nAda\tRome\n")]
    [InlineData("It is O\nwhat was O\n")]
    public void Conll_IsNotSeenInOtherLines(string file) => Assert.NotEqual(FileKind.Conll, ReadFile.Of(file).Format.Kind);
}
