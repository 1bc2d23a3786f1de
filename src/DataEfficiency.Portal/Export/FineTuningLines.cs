using System.Text.Encodings.Web;
using System.Text.Json;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Portal.Export;

/// <summary>One JSON object per labelled item, ready for fine-tuning: chat messages, and the same as prompt and answer. The messages are
/// those that ranking and forecasts use.</summary>
public static class FineTuningLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(ExportSnapshot snapshot, Stream output, CancellationToken cancel)
    {
        var system = SystemMessage(snapshot.Project, snapshot.Answers);
        using var line = new MemoryStream();
        var spoken = (await snapshot.SpokenAsync(cancel)).ToLookup(s => s.ItemId);
        await foreach (var item in snapshot.ItemsAsync().WithCancellation(cancel))
        {
            // without a final answer there is nothing to learn from the item
            if (item[0].Final is not { AnswerId: not null } final) continue;
            line.SetLength(0);
            using (var json = new Utf8JsonWriter(line, Options))
                Write(json, system, item, final, snapshot, new(item, [.. spoken[item[0].ItemId]], snapshot.Names));
            line.WriteByte((byte)'\n');
            await output.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), cancel);
        }
    }

    internal static string SystemMessage(Project project, IReadOnlyCollection<Label> answers) =>
        PromptBuilder.Instruction(ProjectPrompt.Of(project, answers));

    // an object of name to text, as it was imported
    private static void WriteParts(Utf8JsonWriter json, string parts)
    {
        using var document = JsonDocument.Parse(parts);
        json.WriteStartObject("fields");
        foreach (var part in document.RootElement.EnumerateArray())
            json.WriteString(part.GetProperty("name").GetString()!, part.GetProperty("text").GetString());
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string system, IReadOnlyList<LabelRow> item, Final final,
        ExportSnapshot snapshot, ItemPeople people)
    {
        var first = item[0];
        var said = item.First(a => a.AnswerId == final.AnswerId);
        var (kind, given) = (snapshot.Project.Kind(), said.Given);
        var answer = kind.TextNow(given, snapshot.Answers);
        json.WriteStartObject();
        json.WriteStartArray("messages");
        Message("system", system);
        Message("user", first.Text);
        Message("assistant", answer);
        json.WriteEndArray();
        json.WriteString("prompt", $"{system}\n\n{first.Text}\n\nAnswer:\n");
        json.WriteString("answer", answer);
        json.WriteString("text", first.Text);
        if (first.Parts is not null) WriteParts(json, first.Parts);
        if (first.ExternalId is null) json.WriteNull("id");
        else json.WriteString("id", first.ExternalId);
        json.WriteNumber("line", first.Line);
        json.WriteString("stratum", Strata.Name(said.Stratum));
        json.WriteStartObject("final");
        json.WriteString("label", answer);
        kind.WriteParts(json, given, snapshot.Answers);
        json.WriteString("by", final.By == FinalBy.Only ? "single" : JsonNamingPolicy.CamelCase.ConvertName(final.By.ToString()));
        json.WriteNumber("answers", final.Heard);
        json.WriteEndObject();
        people.Write(json);
        json.WriteNumber("labelVersion", snapshot.Project.LabelVersion);
        json.WriteEndObject();

        void Message(string role, string content)
        {
            json.WriteStartObject();
            json.WriteString("role", role);
            json.WriteString("content", content);
            json.WriteEndObject();
        }
    }
}

/// <summary>Names of the strata in files.</summary>
public static class Strata
{
    public static string Name(Stratum stratum) => stratum switch { Stratum.First32 => "first32", Stratum.Random => "random",
        Stratum.Active => "active", Stratum.Test => "test", Stratum.Gold => "gold", _ => "imported" };
}
