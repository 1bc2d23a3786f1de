using System.Text;
using DataEfficiency.Portal.Importing;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class JsonFilesTests
{
    [Fact]
    public void Object_WithRowsUnderAKey_GivesThoseRows()
    {
        var file = ReadFile.Of("{\n  \"made\": \"2026\",\n  \"data\": [\n    {\"text\": \"a\", \"label\": \"x\"},\n    {\"text\": " +
            "\"b\", \"label\": \"y\"}\n  ]\n}\n", "a.json");

        Assert.Equal((FileKind.JsonArray, "data"), (file.Format.Kind, file.Format.RowsAt));
        Assert.Equal([(4, "a"), (5, "b")], file.Rows.Select(r => (r.Line, r.Field(0)!)));
    }

    [Fact]
    public void Object_WithSeveralPlaces_OffersAllAndReadsTheChosenOne()
    {
        const string content =
        "{\"oos_val\": [[\"one\", \"oos\"]], \"train\": [\n[\"two\", \"pay\"],\n[\"three\", \"pay\"]\n], \"deep\": {\"er\": [{\"q\": 1}]}}";

        var file = ReadFile.Of(content, "a.json");
        var other = ReadFile.Of(content, "a.json", f => f with { RowsAt = "oos_val" });

        Assert.Equal(["deep.er", "train", "oos_val"], file.Preview.Places.Select(p => p.Path));
        Assert.Equal(["one"], other.Values(0));
        Assert.Equal(["deep.er", "train", "oos_val"], other.Preview.Places.Select(p => p.Path));
        Assert.Contains("no rows under “nowhere”", Assert.Throws<ImportException>(() =>
            ReadFile.Of(content, "a.json", f => f with { RowsAt = "nowhere" })).Message);
    }

    [Fact]
    public void Lines_WithOneThatIsADocument_GiveItsRows()
    {
        Assert.Equal(["a", "b"], ReadFile.Of("{\"data\":[{\"text\":\"a\"},{\"text\":\"b\"}]}\n", "a.jsonl").Values(0));
        Assert.Equal(["a", "b", "c"], ReadFile.Of("[\"a\",\"b\",\"c\"]\n", "a.jsonl").Values(0));
        // an item with a list of its own is a row
        Assert.Equal(["x"], ReadFile.Of("{\"text\":\"x\",\"answers\":[{\"by\":\"ada\"}]}\n", "a.jsonl").Values(0));
    }

    [Fact]
    public void Object_OfColumnsUnderAKey_IsRefusedAndNotReadWithoutItsLabels()
    {
        Assert.Contains("by columns (text, label)", ReadFile.Refusal("""{"data":{"text":["a","b"],"label":["x","y"]}}"""u8.ToArray(),
            "a.json"));
        Assert.Equal(["a", "b"], ReadFile.Of("""{"data":{"text":["a","b"],"count":2}}""", "a.json").Values(0));
    }

    [Fact]
    public void Object_ThatIsOneTaskOfLabelStudio_IsARow()
    {
        var file = ReadFile.Of("""
            {"id":1,"data":{"text":"one"},"annotations":[{"completed_by":1,"result":[]}]}
            """, "a.json");

        Assert.Equal(("data.text", 1), (file.Preview.Proposed.Text, file.Rows.Count));
    }

    [Fact]
    public void Lists_WhoseFirstOneHasNoUsualName_AreAllRows()
    {
        var file = ReadFile.Of("[[\"kettle\",\"heat\"],[\"cover\",\"lid\"]]", "a.json");

        Assert.Equal(["kettle", "cover"], file.Values(0));
        Assert.Equal(["kettle", "heat"], file.Preview.Readings!.Names);
    }

    [Fact]
    public void Object_OfNumberedRows_IsATableHoweverFewTheyAre() =>
        Assert.Equal(["a", "b"], ReadFile.Of("{\"0\":{\"text\":\"a\"},\"1\":{\"text\":\"b\"}}", "a.json").Values(1));

    [Fact]
    public void Guess_ListsAndObjects_AreNoTextWhereAnythingElseIs() =>
        Assert.Equal("context", ReadFile.Of("{\"context\":\"short one\",\"qas\":[{\"question\":\"a much longer one?\"}]}\n", "a.jsonl")
            .Preview.Proposed.Text);

    [Fact]
    public void Array_OfStrings_IsATextEach()
    {
        var file = ReadFile.Of("[\n  \"kettle is cold, again\",\n  \"lid \\\"is\\\" loose\",\n  \"box ] was wet\"\n]\n", "a.json");

        Assert.Equal(["text"], file.Columns);
        Assert.Equal(["kettle is cold, again", "lid \"is\" loose", "box ] was wet"], file.Values(0));
    }

    [Fact]
    public void Array_OfLists_IsATableWithOrWithoutNames()
    {
        var named = ReadFile.Of("[[\"text\", \"label\"], [\"cold\", \"heat\"], [\"loose\", \"lid\"]]", "a.json");
        var plain = ReadFile.Of("[[\"cold kettle\", \"heat\"],\n[\"loose lid\", \"lid\"],\n[\"cold tea\", \"heat\"]]", "a.json");

        Assert.Equal(["text", "label"], named.Columns);
        Assert.Equal(["cold", "loose"], named.Values(0));
        Assert.Equal(["Column 1", "Column 2"], plain.Columns);
        Assert.Equal(("Column 1", "Column 2"), (plain.Preview.Proposed.Text, plain.Preview.Proposed.Answer));
        Assert.Equal(3, plain.Rows.Count);
    }

    [Fact]
    public void Lines_OfListsOrTexts_AreRows()
    {
        var lists = ReadFile.Of("[\"cold kettle\", \"heat\"]\n[\"loose lid\", \"lid\"]\n[\"cold tea\", \"heat\"]\n", "a.jsonl");
        var texts = ReadFile.Of("\"cold \\u00e9 kettle\"\n\"loose lid\"\n", "a.jsonl");

        Assert.Equal((FileKind.JsonLines, "loose lid"), (lists.Format.Kind, lists.Rows[1].Field(0)));
        Assert.Equal(["cold é kettle", "loose lid"], texts.Values(0));
    }

    [Fact]
    public void Lines_OfAnotherKindThanTheFirst_AreRowErrors()
    {
        var file = ReadFile.Of("{\"text\":\"a\"}\n[\"b\"]\n\"c\"\n7\n{\"text\":\"d\"}\n", "a.jsonl");

        Assert.Equal([null, "bad-row", "bad-row", "bad-row", null], file.Rows.Select(r => r.Fault?.Code));
    }

    [Fact]
    public void Objects_PrettyPrintedOneAfterTheOther_AreRows()
    {
        var file = ReadFile.Of("{\n  \"text\": \"a\",\n  \"label\": \"x\"\n}\n{\n  \"text\": \"b\",\n  \"label\": \"y\"\n}\n", "a.json");

        Assert.Equal(FileKind.JsonValues, file.Format.Kind);
        Assert.Equal([(1, "a"), (5, "b")], file.Rows.Select(r => (r.Line, r.Field(0)!)));
    }

    [Fact]
    public void Object_OfRowsByKey_KeepsTheKeys()
    {
        var file = ReadFile.Of("{\"a1\": {\"text\": \"cold\"}, \"a2\": {\"text\": \"loose\"}, \"a3\": {\"text\": \"wet\"}}", "a.json");

        Assert.Equal(FileKind.JsonMap, file.Format.Kind);
        Assert.Equal([("a1", "cold"), ("a2", "loose"), ("a3", "wet")], file.Rows.Select(r => (r.Field(0)!, r.Field(1)!)));
    }

    [Theory]
    [InlineData("{\"text\": [\"a\", \"b\"], \"label\": [\"x\", \"y\"]}")]
    [InlineData("{\"text\": {\"0\": \"a\", \"1\": \"b\"}, \"label\": {\"0\": \"x\", \"1\": \"y\"}}")]
    public void Object_OfColumns_IsRefusedByItsShape(string content) =>
        Assert.Contains("by columns (text, label)", Assert.Throws<ImportException>(() => ReadFile.Of(content, "a.json")).Message);

    [Theory]
    [InlineData("{\"utt\": [\"a b\", \"c d\", \"e\"], \"intent_name\": [\"x\", \"y\", \"x\"]}", "by columns (utt, intent_name)")]
    [InlineData("{\"columns\":[\"text\",\"label\"],\"index\":[0,1],\"data\":[[\"a\",\"x\"],[\"b\",\"y\"]]}", "(“columns”) apart")]
    [InlineData("[[{\"text\":\"a\"},{\"text\":\"b\"}],[{\"text\":\"c\"}]]", "list of objects")]
    [InlineData("{\"data\": []}", "no rows")]
    [InlineData("{\"data\":[{\"text\":\"a\"}],\"data\":[{\"text\":\"b\"}]}", "“data” stands twice")]
    public void Object_OfAnotherShape_IsRefusedByIt(string content, string says) =>
        Assert.Contains(says, Assert.Throws<ImportException>(() => ReadFile.Of(content, "a.json")).Message);

    [Theory]
    [InlineData("{\"text\":\"a\"}{\"text\":\"b\"}", "a.json")]
    [InlineData("{\"text\":\"a\"} {\"text\":\"b\"}", "a.jsonl")]
    [InlineData("{\"text\":\"a\"},\n{\"text\":\"b\"}\n", "a.jsonl")]
    [InlineData("{\"text\":\"a\"},\r\n{\"text\":\"b\"},\r\n", "a.json")]
    [InlineData("{\"text\":\"a\"}\r{\"text\":\"b\"}\r", "a.jsonl")]
    [InlineData("\"a\",\n\"b\",\n", "a.jsonl")]
    [InlineData("{\"meta\":{\"authors\":[{\"n\":1},{\"n\":2},{\"n\":3}]},\"data\":[{\"text\":\"a\"},{\"text\":\"b\"}]}", "a.json")]
    [InlineData("{\"schema\":{\"fields\":[{\"n\":1},{\"n\":2}]},\"data\":[{\"text\":\"a\"},{\"text\":\"b\"}]}", "a.json")]
    public void Values_WhereverTheyStand_AreRows(string content, string name) =>
        Assert.Equal(["a", "b"], ReadFile.Of(content, name).Values(0));

    [Theory]
    [InlineData("[{\"text\":\"a\"},{\"text\":\"b\"}]\nxyz", 2, "“xyz”")]
    [InlineData("{\"data\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"x\":[1", 1, "file ends inside")]
    [InlineData("[{\"text\":\"a\"}\n{\"text\":\"b\"}]", 2, "comma is missing")]
    [InlineData("[{\"text\":\"a\"},,{\"text\":\"b\"}]", 1, "2 commas")]
    [InlineData("[{\"text\":\"a\"},{\"text\":\"b\"},{\"text\":\"c\",\"text\":\"d\"}]", 1, "“text” stands twice")]
    [InlineData("[{\"text\":\"a\"},{\"text\":\"b\"},{\"text\":\"c\",\"n\":NaN}]", 1, "“NaN}”. JSON has no such number")]
    [InlineData("[{\"text\":\"a\"},{\"text\":\"b\"},{'text':'c'}]", 1, "double quotes")]
    public void Faults_OfTheDocument_AreOneRowError(string content, int line, string says)
    {
        var file = ReadFile.Of(content, "a.json");

        Assert.Equal(["a", "b"], file.Values(0));
        var fault = Assert.Single(file.Rows, r => r.Fault is not null);
        Assert.Equal(line, fault.Line);
        Assert.Contains(says, fault.Fault!.Reason);
    }

    [Theory]
    [InlineData("[1] first note\n[2] second note\n")]
    [InlineData("{name}, where is it?\n{name}, it is late.\n")]
    public void Text_ThatBeginsLikeJson_IsText(string content) => Assert.Equal(2, ReadFile.Of(content, "a.txt").Rows.Count);

    [Fact]
    public void Rows_WrappedInAnObject_AreProposedByTheirTexts()
    {
        var mapped = ReadFile.Mapped("{\"rows\":[{\"row_idx\":0,\"row\":{\"text\":\"a\",\"label\":\"x\"}}," +
            "{\"row_idx\":1,\"row\":{\"text\":\"b\",\"label\":\"y\"}}]}", "a.json");

        Assert.Equal([("a", "x"), ("b", "y")], mapped.Select(m => (m.Text, m.Answer)));
    }

    [Fact]
    public void Object_Alone_IsOneRow()
    {
        var file = ReadFile.Of("{\"text\": \"a\", \"tags\": [\"x\", \"y\"]}", "a.jsonl");

        Assert.Equal("a", Assert.Single(file.Rows).Field(0));
    }

    [Fact]
    public void Lines_FirstOneBroken_CostsItselfOnly()
    {
        var file = ReadFile.Of("{\"text\": \"a\n{\"text\": \"b\"}\n{\"text\": \"c\"}\n", "a.jsonl");

        Assert.Equal(["bad-row", null, null], file.Rows.Select(r => r.Fault?.Code));
        Assert.Contains("It ends before the value does", file.Rows[0].Fault!.Reason);
    }

    [Fact]
    public void Text_BeginningWithABracket_IsNoJson()
    {
        var file = ReadFile.Of("[INST] say it again\n[INST] say it once more\n", "prompts.txt");

        Assert.Equal((FileKind.Delimited, 2), (file.Format.Kind, file.Rows.Count));
    }

    [Theory]
    [InlineData("[\"Jazmyn Bieber\", \"Jaxon Bieber\"]", new[] { "Jazmyn Bieber", "Jaxon Bieber" })]
    [InlineData("{\"(a)\": 0, \"(b)\": 1}", new[] { "(b)" })]
    [InlineData("{\"x\": 0.5, \"y\": 0.5, \"z\": 0}", new[] { "x", "y" })]
    [InlineData("[]", new string[0])]
    [InlineData(" plain ", new[] { "plain" })]
    [InlineData("[not a list", new[] { "[not a list" })]
    public void Answer_ListOrScores_IsEveryRightOne(string value, string[] answers) =>
        Assert.Equal(answers, AnswerField.Read(value, true).Answers);

    [Theory]
    [InlineData("[[0, 5, \"PER\"]]", "list of objects or lists")]
    [InlineData("{\"label\": \"x\"}", "such as “label”")]
    public void Answer_ThatIsNone_SaysWhatToChoose(string value, string says) => Assert.Contains(says, AnswerField.Read(value, true).Fault);

    [Fact]
    public void Answer_OfACsv_IsWhatStandsThere() => Assert.Equal(["[\"a\"]"], AnswerField.Read("[\"a\"]", false).Answers);

    [Theory]
    [InlineData("data.text", "inner")]
    [InlineData("data.a.b.c", "deep")]
    [InlineData("data.with.dot", "dotted")]
    [InlineData("list.1.x", "second")]
    [InlineData("data.none", null)]
    [InlineData("data", "{\"text\":\"inner\",\"a\":{\"b\":{\"c\":\"deep\"}},\"with.dot\":\"dotted\"}")]
    public void Path_IntoNestedValues_IsFound(string path, string? value)
    {
        var file = ReadFile.Of("{\"data\":{\"text\":\"inner\",\"a\":{\"b\":{\"c\":\"deep\"}},\"with.dot\":\"dotted\"}," +
            "\"list\":[{\"x\":\"first\"},{\"x\":\"second\"}]}\n", "a.jsonl");

        Assert.Equal(value, FieldPath.Find(file.Columns, path).Value(file.Rows[0]));
        Assert.Superset(new HashSet<string> { "data.text", "data.a.b.c", "list.0.x" }, file.Preview.Paths.ToHashSet());
    }

    [Fact]
    public void Hostile_HalfASurrogatePairInside_CostsItsRowOrItsFieldOnly()
    {
        const string lines = "{\"data\":{\"text\":\"a\",\"b\":1},\"labels\":[\"x\"]}\n" +
            "{\"data\":{\"text\":\"c\",\"\\ud800\":\"\\ud800\"},\"labels\":[\"\\ud800\"]}\n" +
                "{\"data\":{\"text\":\"d\"},\"labels\":[\"x\"]}\n";

        var mapped = ReadFile.Mapped(lines, "a.jsonl", m => m with { Text = "data.text", Template = null, Answer = "labels",
            Use = AnswerUse.HiddenGold });

        Assert.Equal([("a", "x"), ("d", "x")], mapped.Select(m => (m.Text, m.Answer)));
    }

    [Fact]
    public void Hostile_DeepAndCutDocuments_AreRefusedOrRowErrors()
    {
        var deep = new string('[', 200_000);
        var cut = "{\"data\": [{\"text\": \"a\"}, {\"text\": \"b";

        Assert.Contains(ReadFile.Of(Encoding.UTF8.GetBytes($"[{{\"text\":\"a\"}}, {deep}"), "a.json").Rows, r => r.Fault is not null);
        Assert.Equal([null, "bad-row"], ReadFile.Of(cut, "a.json").Rows.Select(r => r.Fault?.Code));
    }
}
