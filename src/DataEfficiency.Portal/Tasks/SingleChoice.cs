using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>One label of the answer set: {"label": id}.</summary>
public sealed class SingleChoice : ITaskKind
{
    public TaskType Type => TaskType.SingleChoice;
    public string Editor => "choice";
    public string Title => LabelingWords.KindChoice;
    public string Explanation => LabelingWords.KindChoiceExplained;
    public string Forecast => LabelingWords.KindChoiceForecast;
    public bool HasLabels => true;

    public string Describe(int labels) => LabelingWords.KindChoiceOf(labels);

    public (ReadAnswer? Answer, Said? Problem) Read(Project project, IReadOnlyList<Label> labels, string text, JsonElement answer,
        int limit)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("label", out var value)
            || value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var id))
            return (null, LabelingWords.ChoiceNeedsLabel);
        if (labels.FirstOrDefault(l => l.Id == id) is not { } label)
            return (null, LabelingWords.AnswerNotInList($"{id}"));
        if (label.Retired) return (null, LabelingWords.AnswerRetired(label.Name));
        return (new ReadAnswer(JsonSerializer.Serialize(new { label = id }), id, label.AnswerText), null);
    }

    public Said? Mismatch(Project project, JsonElement answer) => null;

    public JsonElement? Suggest(Project project, IReadOnlyList<Label> labels, string text, string modelAnswer) =>
        labels.FirstOrDefault(l => !l.Retired && GreedyAnswer.Normal(l.AnswerText) == GreedyAnswer.Normal(modelAnswer)) is { } label
            ? JsonSerializer.SerializeToElement(new { label = label.Id }) : null;

    public IReadOnlyList<string> PromptAnswers(IEnumerable<Label> labels) =>
        [.. labels.Where(l => !l.Retired).OrderBy(l => l.Order).ThenBy(l => l.Id).Select(l => l.AnswerText)];

    public ReadAnswer Imported(IReadOnlyList<Label> found, string text) =>
        new(JsonSerializer.Serialize(new { label = found[0].Id }), found[0].Id, found[0].AnswerText);

    public string TextNow(Answer answer, IEnumerable<Label> labels) => LabelOf(answer, labels)?.AnswerText ?? answer.AnswerText;

    public string TextNow(string answerText, Func<string, Label?> named) => named(answerText)?.AnswerText ?? answerText;

    public string Words(Answer answer, IEnumerable<Label> labels) => LabelOf(answer, labels)?.Name ?? answer.AnswerText;

    // a label keeps its id whatever it is called; an imported answer of a label that is gone has its text only
    public string Sameness(Answer answer, MergedLabels merged) => merged.Of(answer.LabelId) is { } id ? $"#{id}" : answer.AnswerText;

    public IEnumerable<AnswerPart> Parts(Answer answer) =>
        answer.LabelId is { } label ? [new AnswerPart { ItemId = answer.ItemId, LabelId = label }] : [];

    private static Label? LabelOf(Answer answer, IEnumerable<Label> labels) =>
        answer.LabelId is { } id ? labels.Now(id) : null;
}
