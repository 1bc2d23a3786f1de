using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>Parts of the text with a label each: {"spans": [{"start", "end", "label"}]}, in code points, the end exclusive. What the model
/// learns is a line for each, "text -> label", in the order of the text.</summary>
public sealed class Spans : ITaskKind
{
    /// <summary>What the model learns to write where nothing is marked.</summary>
    public const string None = "none";

    private const string Arrow = " -> ";
    private const int Most = 1000;

    private readonly record struct Span(int Start, int End, int Label);

    public TaskType Type => TaskType.Spans;
    public string Editor => "spans";
    public string Title => LabelingWords.KindSpans;
    public string Explanation => LabelingWords.KindSpansExplained;
    public string Forecast => LabelingWords.KindSpansForecast;
    public bool HasLabels => true;
    public AnswerShape Shape => AnswerShape.Spans;
    public int FewestLabels => 1;

    public string Describe(int labels) => LabelingWords.KindSpansOf(labels);

    public (ReadAnswer? Answer, Said? Problem) Read(Project project, IReadOnlyList<Label> labels, string text, JsonElement answer,
        int limit)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("spans", out var list)
            || list.ValueKind != JsonValueKind.Array)
            return (null, LabelingWords.SpansNeeded);
        if (list.GetArrayLength() > Most) return (null, LabelingWords.TooManySpans(most: Most, spans: list.GetArrayLength()));
        var (places, spans) = (new CodePoints(text), new List<Span>());
        foreach (var element in list.EnumerateArray())
        {
            if (SpanOf(element) is not { } span) return (null, LabelingWords.SpansNeeded);
            if (span.Start < 0 || span.End <= span.Start || span.End > places.Count)
                return (null, LabelingWords.SpanOutside(start: span.Start, end: span.End, length: places.Count));
            if (labels.FirstOrDefault(l => l.Id == span.Label) is not { } label)
                return (null, LabelingWords.AnswerNotInList($"{span.Label}"));
            if (label.Retired) return (null, LabelingWords.AnswerRetired(label.Name));
            spans.Add(span);
        }
        var ordered = Ordered(spans);
        for (var i = 1; i < ordered.Count; i++)
            if (project.SpansOverlap ? ordered[i] == ordered[i - 1] : ordered[i].Start < ordered[i - 1].End)
                return (null, LabelingWords.SpansOverlap(first: places.Slice(ordered[i - 1].Start, ordered[i - 1].End),
                    second: places.Slice(ordered[i].Start, ordered[i].End)));
        var json = JsonSerializer.Serialize(new { spans = ordered.Select(s => new { start = s.Start, end = s.End, label = s.Label }) });
        return (new ReadAnswer(json, null, ordered.Count == 0 ? None : string.Join('\n', ordered.Select(s =>
            OneLine(places.Slice(s.Start, s.End)) + Arrow + labels.First(l => l.Id == s.Label).AnswerText))), null);
    }

    public Said? Mismatch(Project project, JsonElement answer) => null;

    /// <summary>Each line that the model wrote, where its words stand in the text; words that stand there twice are taken in
    /// order.</summary>
    public JsonElement? Suggest(Project project, IReadOnlyList<Label> labels, string text, string modelAnswer)
    {
        var (places, spans, from) = (new CodePoints(text), new List<Span>(), 0);
        if (GreedyAnswer.Normal(modelAnswer) != None)
            foreach (var line in modelAnswer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var cut = line.LastIndexOf(Arrow, StringComparison.Ordinal);
                var words = cut > 0 ? line[..cut] : "";
                var at = cut > 0 ? text.IndexOf(words, from, StringComparison.Ordinal) : -1;
                var label = cut > 0 ? labels.FirstOrDefault(l => !l.Retired
                    && GreedyAnswer.Normal(l.AnswerText) == GreedyAnswer.Normal(line[(cut + Arrow.Length)..])) : null;
                if (at < 0 || label is null) return null;
                spans.Add(new(places.At(at), places.At(at + words.Length), label.Id));
                from = at + words.Length;
            }
        return JsonSerializer.SerializeToElement(new { spans = spans.Select(s => new { start = s.Start, end = s.End, label = s.Label }) });
    }

    /// <summary>Of the marked words, each with its label: a part that is too long by a word is nearly right.</summary>
    public double? F1(string predicted, string right) => BagF1.Of([.. Marked(predicted)], [.. Marked(right)]);

    private static IEnumerable<string> Marked(string answer)
    {
        if (GreedyAnswer.Normal(answer) == None) yield break;
        foreach (var line in answer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = line.LastIndexOf(Arrow, StringComparison.Ordinal);
            var label = cut < 0 ? "" : GreedyAnswer.Normal(line[(cut + Arrow.Length)..]);
            foreach (var word in (cut < 0 ? line : line[..cut]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                yield return $"{word.ToLowerInvariant()}{Arrow}{label}";
        }
    }

    public IReadOnlyList<string>? PromptAnswers(IEnumerable<Label> labels) => null;

    public string PromptInstruction(Project project, IEnumerable<Label> labels) => !project.ListAnswers ? project.Instruction
        : $"{project.Instruction}\n\nAnswer with {None} or a line for each: text{Arrow}label. Labels: "
            + string.Join("; ", labels.Where(l => !l.Retired).OrderBy(l => l.Order).ThenBy(l => l.Id).Select(l => l.AnswerText));

    public Said? TextFault(string answerText) => answerText.Contains(Arrow.Trim(), StringComparison.Ordinal)
        ? LabelingWords.TextWithArrow(answerText) : null;

    public ReadAnswer Imported(IReadOnlyList<Label> found, string text) =>
        throw new InvalidOperationException("Labels alone say nothing of places in a text.");

    public string TextNow(Answer answer, IEnumerable<Label> labels) =>
        Lines(answer, labels, l => l.AnswerText, Arrow) is { Count: > 0 } lines ? string.Join('\n', lines) : answer.AnswerText;

    public string TextNow(string answerText, Func<string, Label?> named) => string.Join('\n', answerText.Split('\n').Select(line =>
        line.LastIndexOf(Arrow, StringComparison.Ordinal) is > 0 and var cut && named(line[(cut + Arrow.Length)..]) is { } label
            ? line[..cut] + Arrow + label.AnswerText : line).Distinct());

    public string Words(Answer answer, IEnumerable<Label> labels) => Lines(answer, labels, l => l.Name, " → ") is { Count: > 0 } lines
        ? string.Join(", ", lines) : LabelingWords.NothingMarked;

    public void WriteParts(Utf8JsonWriter json, Answer answer, IEnumerable<Label> labels)
    {
        json.WriteStartArray("spans");
        foreach (var (span, label, _) in Now(answer, labels))
        {
            json.WriteStartObject();
            json.WriteNumber("start", span.Start);
            json.WriteNumber("end", span.End);
            json.WriteString("label", label?.AnswerText);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public string Sameness(Answer answer, MergedLabels merged) => string.Join(';',
        Ordered(Stored(answer).Select(s => s with { Label = merged[s.Label] }).Distinct()).Select(s => $"{s.Start},{s.End},{s.Label}"));

    public IEnumerable<AnswerPart> Parts(Answer answer) => Stored(answer).Select(s =>
        new AnswerPart { ItemId = answer.ItemId, LabelId = s.Label, Start = s.Start, End = s.End });

    /// <summary>The lines as they were stored, with the labels of now: the words before the arrow are the text's.</summary>
    private static List<string> Lines(Answer answer, IEnumerable<Label> labels, Func<Label, string> of, string arrow)
    {
        var lines = answer.AnswerText.Split('\n');
        return [.. Now(answer, labels).Select(s => s.Label is { } label
            ? lines[s.Line][..lines[s.Line].LastIndexOf(Arrow, StringComparison.Ordinal)] + arrow + of(label) : lines[s.Line])];
    }

    /// <summary>The spans with the labels that they stand for now; two that a merge made one are one.</summary>
    private static IEnumerable<(Span Span, Label? Label, int Line)> Now(Answer answer, IEnumerable<Label> labels)
    {
        var all = labels as IReadOnlyCollection<Label> ?? [.. labels];
        return Stored(answer).Select((span, i) => (span, Label: all.Now(span.Label), i))
            .DistinctBy(s => (s.span.Start, s.span.End, s.Label?.Id ?? -s.i));
    }

    private static List<Span> Stored(Answer answer)
    {
        using var json = JsonDocument.Parse(answer.AnswerJson);
        return Ordered(json.RootElement.GetProperty("spans").EnumerateArray().Select(SpanOf).OfType<Span>());
    }

    private static List<Span> Ordered(IEnumerable<Span> spans) => [.. spans.OrderBy(s => s.Start).ThenBy(s => s.End).ThenBy(s => s.Label)];

    private static Span? SpanOf(JsonElement element)
    {
        return element.ValueKind == JsonValueKind.Object && Number("start") is { } start && Number("end") is { } end
            && Number("label") is { } label ? new Span(start, end, label) : null;

        int? Number(string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number) ? number : null;
    }

    private static string OneLine(string words) => string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
