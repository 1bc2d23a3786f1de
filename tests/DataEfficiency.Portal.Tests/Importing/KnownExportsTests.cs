using DataEfficiency.Portal.Importing;
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

    private static string Note(string export, string name) => Assert.Single(ReadFile.Of(export, name).Preview.Notes);
}
