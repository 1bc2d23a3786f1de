using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataEfficiency.Portal.Importing;

/// <summary>What an existing answer column is for.</summary>
public enum AnswerUse
{
    Ignore,
    /// <summary>Kept from annotators, for evaluation: zero-shot score, checks.</summary>
    HiddenGold,
    /// <summary>The rows come in as labelled.</summary>
    Labels,
}

/// <summary>Which column is what; all others are kept as metadata. Stored with the import as JSON.</summary>
/// <param name="KeepDuplicates">Rows with a text that is already there are added too; they are reported either way.</param>
/// <param name="AllOrNothing">One bad row and nothing is imported.</param>
/// <param name="Dropped">Columns that are not even kept as metadata.</param>
public sealed record ColumnMapping(SourceFormat Format, string Text, string? Id = null, string? Answer = null, AnswerUse Use = AnswerUse.Ignore,
    bool KeepDuplicates = false, bool AllOrNothing = false, IReadOnlyList<string>? Dropped = null)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    public static ColumnMapping FromJson(string json) => JsonSerializer.Deserialize<ColumnMapping>(json, Options)
        ?? throw new ImportException("The import has no column mapping.");

    /// <summary>A first proposal from the columns' names; the longest column is the text where no name says so.</summary>
    public static ColumnMapping Guess(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows)
    {
        string? Named(params string[] names) => names.Select(n => columns.FirstOrDefault(c => c.Trim().Equals(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(c => c is not null);
        var id = Named("id", "item_id", "external_id", "uuid");
        var answer = Named("label", "labels", "category", "answer", "intent", "class", "target", "ground_truth", "gold", "output", "sentiment");
        var text = Named("text", "sentence", "question", "input_text", "input", "message", "content", "utterance", "query", "body", "comment", "review")
            ?? columns.Where(c => c != id && c != answer).MaxBy(c => rows.Sum(r => r.Field(Place(columns, c))?.Length ?? 0)) ?? columns.FirstOrDefault() ?? "";
        return new ColumnMapping(format, text, id == text ? null : id, answer == text ? null : answer, answer is null || answer == text ? AnswerUse.Ignore : AnswerUse.HiddenGold);
    }

    internal static int Place(IReadOnlyList<string> columns, string? name)
    {
        if (name is null) return -1;
        for (var i = 0; i < columns.Count; i++) if (columns[i] == name) return i;
        return -1;
    }
}
