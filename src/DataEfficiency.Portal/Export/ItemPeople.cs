using System.Text.Json;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Export;

/// <summary>Who answered an item, when and in how long, why it was skipped, and the notes on it, as a line of JSON says it.</summary>
internal sealed record ItemPeople(IReadOnlyList<LabelRow> Answers, IReadOnlyList<SpokenRow> Spoken, IReadOnlyDictionary<string,
    string> Names)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("answers");
        foreach (var answer in Answers)
        {
            Begin(json, answer.UserId, answer.CreatedAt);
            if (answer.Role == AnswerRole.Review) json.WriteString("role", "review");
            if (answer.ActiveMilliseconds > 0) json.WriteNumber("seconds", answer.ActiveMilliseconds / 1000.0);
            json.WriteNumber("revision", answer.Revision);
            json.WriteString("answer", answer.Answer);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteSpoken(json, "skips", Spoken.Where(s => s.Kind == "skip"), "reason");
        WriteSpoken(json, "notes", Spoken.Where(s => s.Kind != "skip"), "note");
    }

    private void WriteSpoken(Utf8JsonWriter json, string name, IEnumerable<SpokenRow> spoken, string what)
    {
        json.WriteStartArray(name);
        foreach (var row in spoken)
        {
            Begin(json, row.UserId, row.At);
            json.WriteString(what, row.What);
            if (row.Kind.StartsWith("flag", StringComparison.Ordinal)) json.WriteBoolean("flagged", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void Begin(Utf8JsonWriter json, string userId, long at)
    {
        json.WriteStartObject();
        json.WriteString("by", Names.GetValueOrDefault(userId, ExportWords.RemovedPerson.InEnglish()));
        json.WriteString("at", DateTimeOffset.FromUnixTimeMilliseconds(at));
    }
}
