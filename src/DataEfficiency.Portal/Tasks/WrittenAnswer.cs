using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>What people write: {"text": ".."}; the project can ask for a length and a pattern.</summary>
public abstract class WrittenAnswer : ITaskKind
{
    public abstract TaskType Type { get; }
    public abstract string Editor { get; }
    public abstract string Title { get; }
    public abstract string Explanation { get; }
    public abstract string Forecast { get; }
    public bool HasLabels => false;
    public virtual bool HasCompletions => false;

    public abstract string Describe(int labels);

    public (ReadAnswer? Answer, Said? Problem) Read(Project project, IReadOnlyList<Label> labels, string text, JsonElement answer,
        int limit) =>
        Read(answer, Math.Min(limit, project.AnswerLength ?? limit));

    public Said? Mismatch(Project project, JsonElement answer) =>
        project.AnswerPattern is { } pattern && Read(answer, int.MaxValue).Answer is { } read
            ? AnswerPattern.Refusal(pattern, read.Text) : null;

    public JsonElement? Suggest(Project project, IReadOnlyList<Label> labels, string text, string modelAnswer)
    {
        var said = modelAnswer.Trim();
        return said.Length <= (project.AnswerLength ?? int.MaxValue)
            && (project.AnswerPattern is not { } pattern || AnswerPattern.Refusal(pattern, said) is null)
            ? JsonSerializer.SerializeToElement(new { text = said }) : null;
    }

    public IReadOnlyList<string>? PromptAnswers(IEnumerable<Label> labels) => null;

    public ReadAnswer Imported(IReadOnlyList<Label> found, string text) => new(JsonSerializer.Serialize(new { text }), null, text);

    public string TextNow(Answer answer, IEnumerable<Label> labels) => answer.AnswerText;

    public string Words(Answer answer, IEnumerable<Label> labels) => answer.AnswerText;

    public string Sameness(Answer answer, MergedLabels merged) => Sameness(answer.AnswerText);

    /// <summary>Two texts are the same where these are equal.</summary>
    protected abstract string Sameness(string text);

    // one part without a label: the text itself stands in the answer
    public IEnumerable<AnswerPart> Parts(Answer answer) => [new AnswerPart { ItemId = answer.ItemId }];

    protected static string OneBlankEach(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

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
