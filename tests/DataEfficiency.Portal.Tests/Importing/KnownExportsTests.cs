using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Exports of other tools come in as rows to label, with their answers where they have any.</summary>
public sealed class KnownExportsTests
{
    [Fact]
    public void LabelStudio_TasksWithAnnotations_GiveTextsAndChoices()
    {
        const string export = """
            [{"id": 1, "data": {"text": "cold kettle", "source": "mail"}, "annotations": [{"completed_by": 2, "was_cancelled": false,
              "result": [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["heat"]}}]}],
              "predictions": []},
             {"id": 2, "data": {"text": "loose lid", "source": "web"}, "annotations": []}]
            """;

        var mapped = ReadFile.Mapped(export, "project-1.json");

        Assert.Equal([("1", "cold kettle", "heat"), ("2", "loose lid", null)], mapped.Select(m => (m.ExternalId!, m.Text, m.Answer)));
        Assert.Equal("{\"source\":\"mail\"}", mapped[0].Metadata);
        Assert.Contains("Label Studio", Note(export, "project-1.json"));
    }

    [Fact]
    public void Argilla_Records_GiveTextsAndResponses()
    {
        const string export = """
            {"id":"a1","text":"cold kettle","label.responses":["heat"],"label.responses.users":["u"],"label.suggestion":"lid"}
            {"id":"a2","text":"loose lid","label.responses":[],"label.responses.users":[],"label.suggestion":"lid"}
            """;
        const string nested = """
            [{"id":"a1","fields":{"text":"cold kettle"},"responses":{"label":[{"value":"heat","user_id":"u"}]},
              "suggestions":{"label":{"value":"lid"}}}]
            """;

        Assert.Equal([("a1", "cold kettle", "heat", null), ("a2", "loose lid", null, null)],
            ReadFile.Mapped(export, "a.jsonl").Select(m => (m.ExternalId!, m.Text, m.Answer, m.Metadata)));
        Assert.Equal([("cold kettle", "heat", null)], ReadFile.Mapped(nested, "a.json").Select(m => (m.Text, m.Answer, m.Metadata)));
        Assert.Contains("Argilla", Note(export, "a.jsonl"));
    }

    [Fact]
    public void Prodigy_AcceptedRejectedAndIgnored_OnlyAcceptedCount()
    {
        const string choice = """
            {"text":"cold kettle","_input_hash":1,"options":[{"id":"heat","text":"heat"}],"accept":["heat"],"answer":"accept"}
            {"text":"loose lid","_input_hash":2,"options":[{"id":"heat","text":"heat"}],"accept":["heat"],"answer":"reject"}
            """;
        const string binary = """
            {"text":"cold kettle","label":"heat","_input_hash":1,"answer":"accept"}
            {"text":"loose lid","label":"heat","_input_hash":2,"answer":"ignore"}
            """;

        foreach (var export in new[] { choice, binary })
            Assert.Equal([("cold kettle", "heat", null), ("loose lid", null, null)], ReadFile.Mapped(export, "a.jsonl")
                .Select(m => (m.Text, m.Answer, m.Metadata)));
        Assert.Contains("Prodigy", Note(choice, "a.jsonl"));
    }

    [Fact]
    public void Doccano_LabelsAndSpans_AreReadOrNamed()
    {
        const string labels = "{\"id\":1,\"text\":\"cold kettle\",\"label\":[\"heat\"],\"Comments\":[]}\n{\"id\":2,\"text\":\"loose " +
            "lid\",\"label\":[],\"Comments\":[]}\n";
        const string spans = "{\"id\":1,\"text\":\"Ada was here\",\"label\":[[0,3,\"PER\"]]}\n{\"id\":2,\"text\":\"Nobody " +
            "was\",\"label\":[]}\n";

        Assert.Equal([("cold kettle", "heat"), ("loose lid", null)], ReadFile.Mapped(labels, "a.jsonl").Select(m => (m.Text, m.Answer)));
        Assert.Equal([("Ada was here", null, null), ("Nobody was", null, null)], ReadFile.Mapped(spans, "a.jsonl")
            .Select(m => (m.Text, m.Answer, m.Metadata)));
        Assert.Contains("Parts of the texts are marked in “label”", Note(spans, "a.jsonl"));
    }

    // of two questions in one task each annotator answers in an order of their own
    [Fact]
    public void LabelStudio_TwoQuestions_OneIsChosenByItsNameWhateverStandsFirst()
    {
        static string Asked(string name, string choice) =>
            $$$"""{"from_name":"{{{name}}}","to_name":"text","type":"choices","value":{"choices":["{{{choice}}}"]}}""";
        static string Task(int id, string results) =>
            $$$"""{"id":{{{id}}},"data":{"text":"t{{{id}}}"},"annotations":[{"completed_by":1,"result":[{{{results}}}]}]}""";
        var export = $"[{Task(1, Asked("tone", "good") + "," + Asked("topic", "food"))},{Task(2, Asked("topic", "food") + ","
            + Asked("tone", "bad"))},{Task(3, Asked("topic", "food"))}]";

        Assert.Equal(["good", "bad", null], ReadFile.Mapped(export, "a.json").Select(m => m.Answer));
        Assert.Contains("annotations.0.result.topic.value.choices", ReadFile.Of(export, "a.json").Preview.Paths);
        Assert.Equal(["food", "food", "food"], ReadFile.Mapped(export, "a.json",
            m => m with { Answer = "annotations.0.result.topic.value.choices" }).Select(m => m.Answer));
    }

    [Fact]
    public void LabelStudio_PartsBesideRelations_AreRead_AndPartsOfHtmlAreNotTakenForNone()
    {
        const string parts = """
            {"type":"labels","from_name":"l","value":{"start":0,"end":3,"text":"Ada","labels":["PER"]}},
            {"type":"relation","from_id":"a","to_id":"b","direction":"right","labels":["in"]}
            """;
        const string html = """
            {"type":"hypertextlabels","from_name":"l","value":{"start":"/p[1]/text()[1]","end":"/p[1]/text()[1]","startOffset":0,
            "endOffset":3,"text":"Ada","hypertextlabels":["PER"]}}
            """;
        static string Tasks(string results) => $$"""
            [{"id":1,"data":{"text":"Ada in Rome"},"annotations":[{"completed_by":1,"result":[{{results}}]}]}]
            """;
        var kind = TaskKinds.Of(TaskType.Spans);

        Assert.Equal([new(0, 3, "PER")], Assert.Single(ReadFile.Mapped(Tasks(parts), "a.json", m => m.For(kind))).Spans!);
        Assert.Contains("no list of marked parts", SpanField.Read($"[{html}]", "Ada in Rome").Fault!.ToString());
        // the words that are marked are nobody's answer
        Assert.Null(ReadFile.Of(Tasks(html), "a.json").Preview.Proposed.Answer);
    }

    [Theory]
    [InlineData("a.json", """
        [{"text":"👨‍👩‍👧 Rome","id":7,"label":[{"start":9,"end":13,"text":"Rome","labels":["CITY"]}],"annotator":1,"annotation_id":3,
          "created_at":"2024-05-02T10:00:00Z","updated_at":"2024-05-02T10:00:00Z","lead_time":4.25},
         {"text":"👨‍👩‍👧 Rome","id":7,"annotator":2,"annotation_id":4,"created_at":"2024-05-02T10:00:00Z","lead_time":1}]
        """)]
    [InlineData("a.csv", "text,id,label,annotator,annotation_id,created_at,updated_at,lead_time\n👨‍👩‍👧 Rome,7,\"[{\"\"start\"\":9,"
        + "\"\"end\"\":13,\"\"text\"\":\"\"Rome\"\",\"\"labels\"\":[\"\"CITY\"\"]}]\",1,3,2024-05-02T10:00:00Z,,4.25\n"
        + "👨‍👩‍👧 Rome,7,,2,4,2024-05-02T10:00:00Z,,1\n")]
    public async Task LabelStudio_SmallerExports_AreEachAnnotatorsAnswersToOneItem(string name, string file)
    {
        await using var pool = await PoolFixture.StartAsync("CITY", "PER");
        await using var db = await pool.Portal.OpenDbAsync();
        await db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.TaskType, TaskType.Spans));
        var import = await pool.ImportAsync(file, name, AnswerUse.Labels,
            m => m.For(TaskKinds.Of(TaskType.Spans)) with { Use = AnswerUse.Labels });

        Assert.Equal((2, 1, 0, 0), (import.Rows, import.Added, import.Bad, import.Duplicates));
        Assert.Equal([("1", "Rome -> CITY", 4250), ("2", "none", 1000)], (await db.Answers.Where(a => a.Current).OrderBy(a => a.Id)
            .Join(db.Users, a => a.UserId, u => u.Id, (a, u) => new { u.DisplayName, a.AnswerText, a.ActiveMilliseconds }).ToListAsync())
            .Select(a => (a.DisplayName, a.AnswerText, a.ActiveMilliseconds)));
        Assert.Equal(("7", null), await db.Items.Select(i => ValueTuple.Create(i.ExternalId, i.Metadata)).SingleAsync());
    }

    [Fact]
    public void Argilla_OfVersion1_IsReadByItsResponsesAndNotTakenForDoccano()
    {
        const string hub = """
            {"text":"cold kettle","label":[{"user_id":"u","value":"heat","status":"submitted"}],"label-suggestion":"lid"}
            {"text":"loose lid","label":[{"user_id":"u","value":"lid","status":"draft"}],"label-suggestion":"lid"}
            """;
        const string records = """
            [{"id":"1","fields":{"text":"cold kettle"},"suggestions":[],"responses":[{"user_id":"u","status":"submitted",
              "values":{"label":{"value":"heat"}}}]},{"id":"2","fields":{"text":"loose lid"},"responses":[],"suggestions":[]}]
            """;
        const string tokens = """
            [{"text":"Ada in Rome","tokens":["Ada","in","Rome"],"prediction":null,"annotation":[{"label":"CITY","start":7,"end":11}],
              "annotation_agent":"ada","id":"x","metadata":{},"status":"Validated"}]
            """;

        foreach (var (export, name) in new[] { (hub, "a.jsonl"), (records, "a.json") })
            Assert.Equal([("cold kettle", "heat", null), ("loose lid", null, null)], ReadFile.Mapped(export, name)
                .Select(m => (m.Text, m.Answer, m.Metadata)));
        Assert.Equal([new(7, 11, "CITY")], Assert.Single(ReadFile.Mapped(tokens, "a.json", m => m.For(TaskKinds.Of(TaskType.Spans))))
            .Spans!);
    }

    [Fact]
    public void LabelStudio_ManyTasksWithoutAnnotationsFirst_StillShowsWhereTheAnswersAre()
    {
        var tasks = Enumerable.Range(0, 100).Select(i => $$$"""{"id":{{{i}}},"data":{"text":"t{{{i}}}"},"annotations":[]}""").Append("""
            {"id":100,"data":{"text":"last"},"annotations":[{"completed_by":1,"result":[{"from_name":"s","to_name":"text",
              "type":"choices","value":{"choices":["heat"]}}]}]}
            """);
        var file = ReadFile.Of($"[{string.Join(',', tasks)}]", "a.json");

        Assert.Equal("annotations.0.result.0.value.choices", file.Preview.Proposed.Answer);
        Assert.Equal(20, file.Preview.Rows.Count);
    }

    [Fact]
    public void Prodigy_AcceptedWithoutMarks_HasLooked()
    {
        const string export = """
            {"text":"Ada in Rome","_input_hash":1,"spans":[{"start":7,"end":11,"label":"CITY"}],"answer":"accept","_session_id":"d-ada"}
            {"text":"nothing here","_input_hash":2,"answer":"accept","_session_id":"d-ada"}
            {"text":"rejected","_input_hash":3,"spans":[{"start":0,"end":8,"label":"CITY"}],"answer":"reject","_session_id":"d-ada"}
            """;

        Assert.Equal([false, true, false], ReadFile.Mapped(export, "a.jsonl", m => m.For(TaskKinds.Of(TaskType.Spans)))
            .Select(m => m.People!.Any(p => p.SaysNone)));
    }

    [Fact]
    public void FastText_SeveralLabelsBeforeAText_AreNoPartOfIt() =>
        Assert.Equal([("cold kettle", "__label__heat"), ("loose lid", "__label__lid; __label__heat")],
            ReadFile.Mapped("__label__heat cold kettle\n__label__lid __label__heat loose lid\n", "a.txt")
                .Select(m => (m.Text, m.Answer)));

    private static string Note(string export, string name) => Assert.Single(ReadFile.Of(export, name).Preview.Notes);
}
