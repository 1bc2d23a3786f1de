// Which column is what, proposed: by the exports of other labeling tools, by usual names, by known pairs of texts, and by which columns
// read like prose.
namespace DataEfficiency.Portal.Importing;

/// <param name="Note">What was recognized, in a sentence for the person; null: nothing special.</param>
internal sealed record ColumnGuess(ColumnMapping Mapping, string? Note = null)
{
    private static readonly string[][] Pairs =
    [
        ["premise", "hypothesis"], ["sentence1", "sentence2"], ["#1 String", "#2 String"], ["question1", "question2"], ["text_a", "text_b"],
        ["text1", "text2"],
        ["startphrase", "ending1", "ending2"], ["premise", "choice1", "choice2", "question"], ["question", "passage"],
        ["question", "context"],
        ["question", "sentence"], ["context", "question"], ["title", "description"], ["title", "content"], ["title", "body"],
        ["title", "abstract"], ["title", "text"],
        ["query", "passage"], ["query", "document"], ["claim", "evidence"], ["prompt", "response"], ["instruction", "input"],
    ];

    private static readonly string[] Ids = ["id", "item_id", "external_id", "uuid", "idx", "index", "qid", "qId", "guid"];

    private static readonly string[] Answers =
    [
        "label", "labels", "category", "answer", "answers", "intent", "class", "target", "ground_truth", "gold", "output", "sentiment",
        "class index", "quality",
        "gold_label", "target_scores", "label_text", "labels_text", "emotion", "topic",
    ];

    private static readonly string[] Texts =
        ["text", "sentence", "question", "qtext", "input_text", "input", "message", "content", "utterance", "query", "tweet", "body",
            "comment", "review", "sms"];

    // one of these is the text, whatever stands beside it
    private static readonly HashSet<string> Whole = new(StringComparer.OrdinalIgnoreCase) { "text", "input_text", "message", "utterance",
        "tweet" };

    /// <param name="more">Those and further ones, for exports of other tools; null: those alone.</param>
    public static ColumnGuess Of(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows,
        IReadOnlyList<SourceRow>? more = null)
    {
        if (KnownExports.Recognize(format, columns, more ?? rows) is { } export) return WithSplit(export);
        if (format.Kind is FileKind.Folder or FileKind.Parquet && columns.Contains("text")
            && KnownExports.Doccano(format, columns, rows, "Hugging Face") is { } set)
            return WithSplit(set with { Mapping = set.Mapping with { EmptyIsAnswer = true } });
        string? Named(params string[] names) => names.Select(Column).FirstOrDefault(c => c is not null);
        string? Column(string name) => columns.FirstOrDefault(c => c.Trim().Equals(name, StringComparison.OrdinalIgnoreCase));
        var id = Named(Ids);
        var answer = Named(Answers);
        var prose = columns.Where(c => c != id && c != answer && IsProse(Fields(columns, c, rows))).ToList();
        var named = Named(Texts);
        var pair = Pairs.Where(p => p.All(n => Column(n) is { } c && c != answer)).OrderByDescending(p => p.Length)
            .FirstOrDefault()?.Select(n => Column(n)!).ToList();
        if (pair is not null && pair.Any(c => Whole.Contains(c)) && !pair.All(prose.Contains)) pair = null;
        if (pair is null && prose.Count > 1 && (named is null || !Whole.Contains(named))) pair = prose;
        // rows that are wrapped: {"row": {"text": ..}}
        if (named is null && pair is null && Inner(Texts) is { } inner) (named, answer) = (inner, answer ?? Inner(Answers));
        string? Inner(string[] names) => names.Select(n => FieldPath.Offered(columns, rows).FirstOrDefault(p =>
            p.Split('.') is [_, var last] && last.Equals(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(p => p is not null);
        var text = pair?[0] ?? named ?? Wordiest(columns.Where(c => c != id && c != answer), columns, rows)
            ?? columns.FirstOrDefault() ?? "";
        // without names: the one further column whose few short values come again is the answer
        answer ??= columns.Where(c => c.StartsWith("Column ", StringComparison.Ordinal) && c != text && pair?.Contains(c) != true)
            .FirstOrDefault(c => Repeats(Fields(columns, c, rows)));
        if (answer == text) answer = null;
        return WithSplit(new ColumnGuess(new ColumnMapping(format, text, id == text ? null : id, answer, answer is null ? AnswerUse.Ignore
            : AnswerUse.HiddenGold,
            Template: pair is { Count: <= TextTemplate.MostParts } ? TextTemplate.For(pair) : null)));
    }

    // the split of a folder's file is no text beside the item
    private static ColumnGuess WithSplit(ColumnGuess guess) => guess.Mapping.Format.Kind != FileKind.Folder ? guess : guess with
    {
        Mapping = guess.Mapping with { Split = DatasetRows.Split, Dropped = [.. guess.Mapping.Dropped ?? [], DatasetRows.Split] },
    };

    private static List<string> Fields(IReadOnlyList<string> columns, string column, IReadOnlyList<SourceRow> rows)
    {
        var path = FieldPath.Find(columns, column);
        return [.. rows.Where(r => r.Fault is null).Select(r => path.Value(r) ?? "")];
    }

    private static bool IsProse(List<string> fields)
    {
        var given = fields.Where(f => f.Length > 0).ToList();
        return given.Count > 0 && given.Average(f => f.Count(c => c == ' ')) >= 2 && !given.Any(FieldPath.IsJson) && given.Distinct()
            .Count() * 2 > given.Count;
    }

    /// <summary>The one of these columns with the most text: lists and objects are none.</summary>
    public static string? Wordiest(IEnumerable<string> among, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows) =>
        among.MaxBy(c => Fields(columns, c, rows).Where(f => !FieldPath.IsJson(f)).Sum(f => f.Length));

    /// <summary>A name that answers usually have.</summary>
    public static bool IsAnswer(string name) => Answers.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Few short values that come again.</summary>
    public static bool Repeats(IReadOnlyList<string> columns, string column, IReadOnlyList<SourceRow> rows) =>
        Repeats(Fields(columns, column, rows));

    private static bool Repeats(List<string> fields)
    {
        var given = fields.Where(f => f.Length > 0).ToList();
        return given.Count * 2 > fields.Count && given.All(f => f.Length <= 60) && given.Distinct(StringComparer.OrdinalIgnoreCase)
            .Count() < given.Count;
    }
}
