using System.Text.Encodings.Web;
using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Export;

/// <summary>One JSON object per item, answered or not, with each answer of each person as it was sent: what the portal itself knows of its
/// items.</summary>
public static class NativeLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(ExportSnapshot snapshot, Stream output, CancellationToken cancel)
    {
        using var line = new MemoryStream();
        await using var answers = snapshot.AllAnswersAsync().GetAsyncEnumerator(cancel);
        var more = await answers.MoveNextAsync();
        await foreach (var item in snapshot.AllItemsAsync().WithCancellation(cancel))
        {
            List<Answer> given = [];
            for (; more && answers.Current.ItemId <= item.Item.Id; more = await answers.MoveNextAsync())
                if (answers.Current.ItemId == item.Item.Id) given.Add(answers.Current);
            line.SetLength(0);
            using (var json = new Utf8JsonWriter(line, Options)) Write(json, item, given, snapshot);
            line.WriteByte((byte)'\n');
            await output.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), cancel);
        }
    }

    private static void Write(Utf8JsonWriter json, ItemLine line, List<Answer> given, ExportSnapshot snapshot)
    {
        var (item, kind) = (line.Item, snapshot.Project.Kind());
        json.WriteStartObject();
        json.WriteString("id", item.ExternalId);
        json.WriteNumber("line", item.Line);
        json.WriteString("text", item.Text);
        WriteRaw(json, "fields", item.Parts);
        WriteRaw(json, "meta", item.Metadata);
        if (item.RightAnswers is { } right) WriteRaw(json, "gold", right);
        else if (item.Gold is { } gold) json.WriteString("gold", gold);
        json.WriteString("split", JsonNamingPolicy.CamelCase.ConvertName(item.Split.ToString()));
        json.WriteNumber("places", line.Places);
        if (line.Final is { } final)
        {
            json.WriteString("stratum", Strata.Name(final.Stratum));
            json.WriteNumber("schema", final.SchemaVersion);
            json.WriteStartObject("final");
            if (given.Find(a => a.Id == final.AnswerId) is { } said) json.WriteString("label", kind.TextNow(said, snapshot.Answers));
            json.WriteString("by", JsonNamingPolicy.CamelCase.ConvertName(final.By.ToString()));
            json.WriteEndObject();
        }
        json.WriteStartArray("answers");
        foreach (var answer in given)
        {
            json.WriteStartObject();
            json.WriteString("submission", answer.SubmissionId);
            json.WriteString("by", snapshot.Names.GetValueOrDefault(answer.UserId, ExportWords.RemovedPerson));
            json.WriteString("at", DateTimeOffset.FromUnixTimeMilliseconds(answer.CreatedAt));
            if (answer.ActiveMilliseconds > 0) json.WriteNumber("ms", answer.ActiveMilliseconds);
            json.WriteNumber("rev", answer.Revision);
            if (answer.Surplus || answer.Role != AnswerRole.Annotator)
                json.WriteString("role", answer.Surplus ? "surplus" : JsonNamingPolicy.CamelCase.ConvertName(answer.Role.ToString()));
            WriteRaw(json, "answer", answer.AnswerJson);
            json.WriteString("words", kind.Words(answer, snapshot.Answers));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, string? stored)
    {
        if (stored is null) return;
        json.WritePropertyName(name);
        json.WriteRawValue(stored);
    }
}
