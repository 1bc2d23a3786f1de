using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>Several labels of the answer set: {"labels": [ids]}; none of them is an explicit []. The project can ask for a least and a
/// greatest number. What the model learns are the answer texts in the order of the labels.</summary>
public sealed class MultiLabel : ITaskKind
{
    /// <summary>What the model learns to write where no label applies.</summary>
    public const string None = "none";

    private const string Between = "; ";

    public TaskType Type => TaskType.MultiLabel;
    public string Editor => "labels";
    public string Title => LabelingWords.KindLabels;
    public string Explanation => LabelingWords.KindLabelsExplained;
    public string Forecast => LabelingWords.KindLabelsForecast;
    public bool HasLabels => true;
    public AnswerShape Shape => AnswerShape.Labels;

    public string Describe(int labels) => LabelingWords.KindLabelsOf(labels);

    public (ReadAnswer? Answer, Said? Problem) Read(Project project, IReadOnlyList<Label> labels, string text, JsonElement answer,
        int limit)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("labels", out var list)
            || list.ValueKind != JsonValueKind.Array)
            return (null, LabelingWords.LabelsNeeded);
        var ids = new List<int>();
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var id)) return (null, LabelingWords.LabelsNeeded);
            if (labels.FirstOrDefault(l => l.Id == id) is not { } label) return (null, LabelingWords.AnswerNotInList($"{id}"));
            if (label.Retired) return (null, LabelingWords.AnswerRetired(label.Name));
            if (ids.Contains(id)) return (null, LabelingWords.LabelTwice(label.Name));
            ids.Add(id);
        }
        if (ids.Count < project.LeastLabels) return (null, LabelingWords.TooFewLabels(least: project.LeastLabels, labels: ids.Count));
        if (ids.Count > (project.MostLabels ?? int.MaxValue))
            return (null, LabelingWords.TooManyLabels(most: project.MostLabels!.Value, labels: ids.Count));
        return (Of(ids.Select(id => labels.First(l => l.Id == id))), null);
    }

    public Said? Mismatch(Project project, JsonElement answer) => null;

    public JsonElement? Suggest(Project project, IReadOnlyList<Label> labels, string text, string modelAnswer)
    {
        var named = Written(modelAnswer).Distinct()
            .Select(w => labels.FirstOrDefault(l => !l.Retired && GreedyAnswer.Normal(l.AnswerText) == w)).ToList();
        if (named.Contains(null) || named.Count < project.LeastLabels || named.Count > (project.MostLabels ?? int.MaxValue)) return null;
        return JsonSerializer.SerializeToElement(new { labels = Ids(named!) });
    }

    public double? F1(string predicted, string right) => BagF1.Of([.. Written(predicted).Distinct()], [.. Written(right).Distinct()]);

    private static IEnumerable<string> Written(string answer) =>
        GreedyAnswer.Normal(answer) == None ? [] : answer.Split(Between[0]).Select(GreedyAnswer.Normal);

    // each of them alone is no answer: the model may write anything
    public IReadOnlyList<string>? PromptAnswers(IEnumerable<Label> labels) => null;

    public string PromptInstruction(Project project, IEnumerable<Label> labels) => !project.ListAnswers ? project.Instruction
        : $"{project.Instruction}\n\nAnswer with {(project.LeastLabels == 0 ? $"{None}, " : "")}one or more of: "
            + string.Join(Between, Ordered(labels.Where(l => !l.Retired)).Select(l => l.AnswerText));

    public Said? TextFault(string answerText) => answerText.Contains(Between[0]) ? LabelingWords.TextWithSemicolon(answerText)
        : answerText.Trim().Equals(None, StringComparison.OrdinalIgnoreCase) ? LabelingWords.TextIsNone(None) : null;

    public ReadAnswer Imported(IReadOnlyList<Label> found, string text) => Of(found);

    public string TextNow(Answer answer, IEnumerable<Label> labels) => TextOf(Named(answer, labels));

    public string TextNow(string answerText, Func<string, Label?> named)
    {
        var labels = Written(answerText).Select(named).ToList();
        return labels.Contains(null) ? answerText : TextOf([.. Ordered(labels.OfType<Label>().Distinct())]);
    }

    public string Words(Answer answer, IEnumerable<Label> labels) =>
        Named(answer, labels) is { Count: > 0 } named ? string.Join(", ", named.Select(l => l.Name)) : LabelingWords.NoneOfThese;

    public void WriteParts(Utf8JsonWriter json, Answer answer, IEnumerable<Label> labels)
    {
        json.WriteStartArray("labels");
        foreach (var label in Named(answer, labels)) json.WriteStringValue(label.AnswerText);
        json.WriteEndArray();
    }

    // a set: whatever order they were chosen in, and whatever they are called
    public string Sameness(Answer answer, MergedLabels merged) =>
        string.Join(',', Stored(answer).Select(id => merged[id]).Distinct().Order());

    public IEnumerable<AnswerPart> Parts(Answer answer) =>
        Stored(answer).Select(id => new AnswerPart { ItemId = answer.ItemId, LabelId = id });

    private static ReadAnswer Of(IEnumerable<Label> labels)
    {
        var ordered = Ordered(labels).ToList();
        return new(JsonSerializer.Serialize(new { labels = Ids(ordered) }), null, TextOf(ordered));
    }

    private static IReadOnlyList<int> Stored(Answer answer) =>
        AnswerJson.Labels(JsonSerializer.Deserialize<JsonElement>(answer.AnswerJson));

    private static List<Label> Named(Answer answer, IEnumerable<Label> labels) =>
        [.. Ordered(Stored(answer).Select(id => labels.Now(id)).OfType<Label>().Distinct())];

    private static IEnumerable<Label> Ordered(IEnumerable<Label> labels) => labels.OrderBy(l => l.Order).ThenBy(l => l.Id);

    private static int[] Ids(IEnumerable<Label> labels) => [.. Ordered(labels).Select(l => l.Id)];

    private static string TextOf(IReadOnlyCollection<Label> ordered) =>
        ordered.Count == 0 ? None : string.Join(Between, ordered.Select(l => l.AnswerText));
}
