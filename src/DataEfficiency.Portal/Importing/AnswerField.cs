using System.Text.Json;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Importing;

/// <summary>What a row's answer column says: one answer, or several any of which is right.</summary>
public static class AnswerField
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <param name="isJson">The file is JSON: a list is a list of right answers (WebQuestions), an object of scores has them at its best
    /// (BIG-bench).</param>
    /// <returns>The answers, trimmed, each once; or why there is none to be had from such a value.</returns>
    public static (IReadOnlyList<string> Answers, Said? Fault) Read(string? value, bool isJson)
    {
        var trimmed = value?.Trim();
        if (trimmed is null or "") return ([], null);
        if (!isJson || !FieldPath.IsJson(trimmed)) return ([trimmed], null);
        try
        {
            using var document = JsonDocument.Parse(trimmed, Options);
            return document.RootElement.ValueKind == JsonValueKind.Array ? OfList(document.RootElement) : OfObject(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            return ([], ImportingWords.HoldsHalfSurrogatePair);
        }
        catch (JsonException)
        {
            // a text that only begins like JSON
            return ([trimmed], null);
        }
    }

    private static (IReadOnlyList<string>, Said?) OfList(JsonElement list)
    {
        var answers = new List<string>();
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                return ([], ImportingWords.HoldsListObjectsOrLists);
            if (JsonColumns.Value(element)?.Trim() is { Length: > 0 } answer && !answers.Contains(answer)) answers.Add(answer);
        }
        return (answers, null);
    }

    private static (IReadOnlyList<string>, Said?) OfObject(JsonElement scores)
    {
        // several choices, as Label Studio's smaller exports have them
        if (JsonColumns.Inside(scores, "choices") is { ValueKind: JsonValueKind.Array } choices) return OfList(choices);
        var (best, answers) = (0.0, new List<string>());
        foreach (var property in scores.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number)
                return ([], ImportingWords.HoldsObjectWhereAnswerExpected(property.Name));
            var score = property.Value.GetDouble();
            if (score > best) (best, answers) = (score, []);
            if (score == best && score > 0) answers.Add(property.Name.Trim());
        }
        return (answers, null);
    }
}
