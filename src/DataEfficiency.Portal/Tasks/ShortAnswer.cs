using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>A few words that people write: {"text": ".."}; the project can ask for a length and a pattern.</summary>
public sealed class ShortAnswer : ITaskKind
{
    public TaskType Type => TaskType.ShortAnswer;
    public string Editor => "text";
    public string Title => LabelingWords.KindText;
    public string Explanation => LabelingWords.KindTextExplained;
    public string Forecast => LabelingWords.KindTextForecast;
    public bool HasLabels => false;

    public string Describe(int labels) => LabelingWords.KindTextIs;

    public (ReadAnswer? Answer, Said? Problem) Read(Project project, IReadOnlyList<Label> labels, JsonElement answer, int limit) =>
        Read(answer, Math.Min(limit, project.AnswerLength ?? limit));

    public Said? Mismatch(Project project, JsonElement answer) =>
        project.AnswerPattern is { } pattern && Read(answer, int.MaxValue).Answer is { } read
            ? AnswerPattern.Refusal(pattern, read.Text) : null;

    public JsonElement? Suggest(Project project, IReadOnlyList<Label> labels, string modelAnswer)
    {
        var text = modelAnswer.Trim();
        return text.Length <= (project.AnswerLength ?? int.MaxValue)
            && (project.AnswerPattern is not { } pattern || AnswerPattern.Refusal(pattern, text) is null)
            ? JsonSerializer.SerializeToElement(new { text }) : null;
    }

    public IReadOnlyList<string>? PromptAnswers(IEnumerable<Label> labels) => null;

    public ReadAnswer Imported(IReadOnlyList<Label> found, string text) => new(JsonSerializer.Serialize(new { text }), null, text);

    public string TextNow(Answer answer, IEnumerable<Label> labels) => answer.AnswerText;

    public string Words(Answer answer, IEnumerable<Label> labels) => answer.AnswerText;

    // case and blanks aside
    public string Sameness(Answer answer) =>
        string.Join(' ', answer.AnswerText.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    // one part without a label: the text itself stands in the answer
    public IEnumerable<AnswerPart> Parts(Answer answer) => [new AnswerPart { ItemId = answer.ItemId }];

    private static (ReadAnswer? Answer, Said? Problem) Read(JsonElement answer, int limit)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("text", out var value)
            || value.ValueKind != JsonValueKind.String)
            return (null, LabelingWords.TextNeeded);
        if (AnswerJson.WholeText(value) is not { } whole)
            return (null, LabelingWords.HalfACharacter);
        var text = whole.Trim();
        if (text.Length == 0) return (null, LabelingWords.AnswerEmpty);
        if (text.Length > limit) return (null, LabelingWords.AnswerTooLong(characters: text.Length, most: limit));
        return (new ReadAnswer(JsonSerializer.Serialize(new { text }), null, text), null);
    }
}
