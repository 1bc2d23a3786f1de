// Exports of other labeling tools, told by the fields that only they have. Their answers become gold or labels like any other column, each
// person's where the tool says whose they are; their own bookkeeping (annotations, suggestions, who answered) is not kept as metadata,
// since annotators would see it beside the text.
using DataEfficiency.Portal.Formats;

namespace DataEfficiency.Portal.Importing;

internal static class KnownExports
{
    public static ColumnGuess? Recognize(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows)
    {
        // who tags a text without parts has found none
        if (format.Kind is FileKind.Folder or FileKind.Parquet && !columns.Any(c => c.EndsWith(".responses", StringComparison.Ordinal)))
            return null;
        if (format.Kind == FileKind.Conll) return WithSpans(Made(format, columns, "text", null, "CoNLL", []), "spans", true);
        bool Has(params string[] names) => names.All(columns.Contains);
        var paths = FieldPath.Offered(columns, rows);
        bool Reads(string name) => rows.Any(r => FieldPath.Find(columns, $"{columns[1]}.{name}").Value(r) is not null);
        if (format.IsJson && Has("text", "split", "places", "answers")) return Native(format, columns, paths);
        if (columns.SequenceEqual(CsvFormat.OfFinals) || columns.SequenceEqual(CsvFormat.OfAnswers)) return OwnTable(format, columns);
        if (Has("annotator", "annotation_id", "lead_time")) return LabelStudioTable(format, columns, rows);
        if (format.IsJson && Has("data") && (Has("annotations") || Has("completions") || Has("predictions")))
            return LabelStudio(format, columns, paths, rows);
        if (format.IsJson && Has("text") && (Has("_input_hash") || Has("answer", "_session_id")) || Has("text", "options", "accept"))
            return Prodigy(format, columns, rows);
        if (format.IsJson && Has("fields", "responses")) return ArgillaRecords(format, columns, paths);
        if (columns.FirstOrDefault(c => c.EndsWith(".responses", StringComparison.Ordinal)) is { } responses)
            return Argilla(format, columns, responses, rows);
        if (Has("annotation", "inputs") || Has("annotation", "prediction")) return OldArgilla(format, columns, paths, rows);
        if (format.IsJson && columns.FirstOrDefault(c => columns.Contains($"{c}-suggestion")) is { } question)
            return FirstArgilla(format, columns, question, rows);
        if (format.IsJson && columns is [var first, var second] && paths.Any(p => p.StartsWith($"{second}.", StringComparison.Ordinal))
            && (Reads("entities") || Reads("cats"))) return Spacy(format, columns, first, second, Reads("entities"));
        return format.IsJson && Has("text") && (Has("label") || Has("labels") || Has("entities")) ? Doccano(format, columns, rows) : null;
    }

    private static ColumnGuess Native(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths)
    {
        // of items that nobody agrees on yet there are answers all the same
        var made = Made(format, columns, "text", paths.FirstOrDefault(p => p is "final.label" or "final.labels" or "final.text")
            ?? paths.FirstOrDefault(p => p is "answers.0.answer.label" or "answers.0.answer.labels" or "answers.0.answer.text"),
            "DataEfficiency", columns.Where(c => c is "line" or "split" or "places" or "stratum" or "schema" or "final" or "answers" or
                "skips" or "gold" or "fields"));
        made = WithPeople(made with { Mapping = made.Mapping with { EmptyIsAnswer = true, Split = "split" } }, PeopleIn.Native);
        return made.Mapping.Answer is null && paths.FirstOrDefault(p => p is "final.spans" or "answers.0.answer.spans") is { } spans
            ? WithSpans(made, spans) : made;
    }

    private static ColumnGuess WithPeople(ColumnGuess made, PeopleIn people) => made with
    {
        Mapping = made.Mapping with { People = people }, Note = ImportingWords.SaysWho(made.Note),
    };

    // spaCy's training pairs: a text, and what is in it
    private static ColumnGuess Spacy(SourceFormat format, IReadOnlyList<string> columns, string text, string rest, bool marks)
    {
        var made = Made(format, columns, text, marks ? null : $"{rest}.cats", "spaCy", [rest]);
        return marks ? WithSpans(made, $"{rest}.entities", true) : made with { Mapping = made.Mapping with { EmptyIsAnswer = true } };
    }

    /// <summary>The file marks parts of its texts: answers for projects whose answers are those.</summary>
    /// <param name="empty">A list of none is an answer there.</param>
    private static ColumnGuess WithSpans(ColumnGuess made, string column, bool empty = false) => made with
    {
        Mapping = made.Mapping with
        {
            SpansIn = column, Dropped = [.. made.Mapping.Dropped ?? [], column], EmptyIsAnswer = empty || made.Mapping.EmptyIsAnswer,
        },
        Note = ImportingWords.MarksParts(note: made.Note, column: column),
    };

    private static ColumnGuess LabelStudio(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths,
        IReadOnlyList<SourceRow> rows)
    {
        var text = paths.FirstOrDefault(p => p == "data.text") ?? paths.FirstOrDefault(p => p.StartsWith("data.", StringComparison.Ordinal))
            ?? "data";
        var marks = HasSpans(columns, rows, "annotations.0.result");
        var choices = Inside(".value.choices");
        // what is marked repeats its words, which are no answer
        var written = Inside(".value.text") is { } words && !paths.Contains($"{words[..^"text".Length]}start") ? words : null;
        var made = Made(format, columns, text, choices ?? written ?? Inside(".value.rating") ?? Inside(".value.number"), "Label Studio",
            [.. columns.Where(c => c is not ("data" or "id" or "meta") || c == "id" && paths.Contains("data.id"))]);
        made = made with
        {
            Mapping = made.Mapping with
            {
                // the tool numbers its tasks; an id of one's own lies with the text
                Id = paths.Contains("data.id") ? "data.id" : made.Mapping.Id, EmptyIsAnswer = choices is not null,
            },
        };
        made = WithPeople(made, PeopleIn.LabelStudio);
        return marks ? WithSpans(made, "annotations.0.result") : made;

        // of several questions by its name: their order is that in which each annotator answered
        string? Inside(string end) => paths.Where(p => p.StartsWith("annotations.", StringComparison.Ordinal)
            && p.EndsWith(end, StringComparison.Ordinal)).MaxBy(p => !p.Contains(".result.0.", StringComparison.Ordinal));
    }

    // CSV and JSON_MIN: a row for each annotation, with the task's own columns beside those of the tool
    private static ColumnGuess LabelStudioTable(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows)
    {
        string[] own = ["annotator", "annotation_id", "lead_time", "created_at", "updated_at", "id", "agreement"];
        var given = columns.Where(c => !own.Contains(c)).ToList();
        var marks = given.Find(c => HasSpans(columns, rows, c));
        var text = given.Find(c => c == "text") ?? ColumnGuess.Wordiest(given, columns, rows) ?? columns[0];
        var left = given.Where(c => c != text && c != marks).ToList();
        var answer = left.Find(ColumnGuess.IsAnswer) ?? left.Find(c => ColumnGuess.Repeats(columns, c, rows)) ?? left.LastOrDefault();
        var made = WithPeople(Made(format, columns, text, answer, "Label Studio", own.Where(columns.Contains)), PeopleIn.Table);
        made = made with { Mapping = made.Mapping with { EmptyIsAnswer = true } };
        return marks is null ? made : WithSpans(made, marks);
    }

    private static ColumnGuess OwnTable(SourceFormat format, IReadOnlyList<string> columns)
    {
        var made = Made(format, columns, "text", "answer", "DataEfficiency", columns.Skip(1));
        made = made with { Mapping = made.Mapping with { EmptyIsAnswer = true, Shielded = true } };
        return columns.Contains("by") ? WithPeople(made, PeopleIn.Table) : made;
    }

    private static bool HasSpans(IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows, string column) =>
        rows.Any(r => SpanField.Holds(FieldPath.Find(columns, column).Value(r)));

    private static ColumnGuess Prodigy(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows)
    {
        var marks = HasSpans(columns, rows, "spans");
        var answer = columns.Contains("accept") ? "accept" : columns.Contains("label") ? "label" : columns.Contains(
            "user_input") ? "user_input" : null;
        var made = Made(format, columns, "text", answer, "Prodigy",
            [.. columns.Where(c => c is not ("text" or "meta" or "accept" or "label"))]);
        made = made with
        {
            Mapping = made.Mapping with
            {
                Id = FieldPath.Offered(columns, rows).Contains("meta.id") ? "meta.id" : null,
                AcceptedIn = columns.Contains("answer") ? "answer" : null, EmptyIsAnswer = columns.Contains("answer"),
            },
        };
        made = WithPeople(made, PeopleIn.Prodigy);
        return marks ? WithSpans(made, "spans") : made;
    }

    private static ColumnGuess Argilla(SourceFormat format, IReadOnlyList<string> columns, string responses,
        IReadOnlyList<SourceRow> rows)
    {
        var stem = responses[..^".responses".Length];
        var own = columns.Where(c => c == "status" || c.Contains(".responses", StringComparison.Ordinal)
            || c.Contains(".suggestion", StringComparison.Ordinal)).ToList();
        var text = columns.FirstOrDefault(c => c == "text") ?? columns.FirstOrDefault(c => !own.Contains(c)
            && c is not ("id" or "_server_id")) ?? responses;
        // of several labels, and of spans, each person's answer is a list: the first one's
        var first = $"{responses}.0";
        var isList = rows.Any(r => FieldPath.Find(columns, first).Value(r) is ['[', .., ']']);
        var marks = HasSpans(columns, rows, first);
        var made = Made(format, columns, text, marks ? null : isList ? first : responses, "Argilla", own.Where(c => c != responses), stem);
        made = WithPeople(made with { Mapping = made.Mapping with { EmptyIsAnswer = isList } }, PeopleIn.Argilla);
        return marks ? WithSpans(made, first) : made;
    }

    private static ColumnGuess ArgillaRecords(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths)
    {
        var text = paths.FirstOrDefault(p => p == "fields.text")
            ?? paths.FirstOrDefault(p => p.StartsWith("fields.", StringComparison.Ordinal)) ?? "fields";
        var answer = paths.FirstOrDefault(p => p.StartsWith("responses.", StringComparison.Ordinal) && (p.EndsWith(".0.value",
            StringComparison.Ordinal) || p.StartsWith("responses.0.values.", StringComparison.Ordinal)
            && p.EndsWith(".value", StringComparison.Ordinal)));
        return WithPeople(Made(format, columns, text, answer, "Argilla",
            columns.Where(c => c is "responses" or "suggestions" or "vectors" or "status" or "_server_id")), PeopleIn.Argilla);
    }

    // version 1 on the Hugging Face hub: a column for each question with everybody's responses
    private static ColumnGuess FirstArgilla(SourceFormat format, IReadOnlyList<string> columns, string question,
        IReadOnlyList<SourceRow> rows)
    {
        var own = columns.Where(c => c == "status" || c.Contains("-suggestion", StringComparison.Ordinal)
            || columns.Contains($"{c}-suggestion")).ToList();
        var text = columns.FirstOrDefault(c => c == "text") ?? columns.First(c => !own.Contains(c) && c is not ("id" or "external_id"));
        var made = Made(format, columns, text, $"{question}.0.value", "Argilla", own, question);
        var marks = HasSpans(columns, rows, $"{question}.0.value");
        made = WithPeople(made with { Mapping = made.Mapping with { Id = made.Mapping.Id ?? columns.FirstOrDefault(c =>
            c == "external_id") } }, PeopleIn.Argilla);
        return marks ? WithSpans(made, $"{question}.0.value") : made;
    }

    private static ColumnGuess OldArgilla(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths,
        IReadOnlyList<SourceRow> rows)
    {
        var text = columns.FirstOrDefault(c => c == "text") ?? paths.FirstOrDefault(p => p.StartsWith("inputs.", StringComparison.Ordinal))
            ?? "inputs";
        var marks = HasSpans(columns, rows, "annotation");
        var made = Made(format, columns, text, marks ? null : "annotation", "Argilla",
            columns.Where(c => c is not ("text" or "inputs" or "id" or "metadata" or "annotation")));
        return marks ? WithSpans(made, "annotation") : made;
    }

    /// <summary>A text with its labels, or with marked parts; null: it has one label.</summary>
    public static ColumnGuess? Doccano(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows,
        string tool = "doccano")
    {
        var answer = columns.FirstOrDefault(c => c is "label" or "labels");
        var path = FieldPath.Find(columns, answer);
        var values = rows.Select(path.Value).Where(v => v is { Length: > 0 }).ToList();
        var isList = values.Any(v => FieldPath.IsJson(v!));
        if (!isList && !columns.Contains("entities")) return null;
        // marked stretches of the text are no answers of a choice
        var spans = columns.Contains("entities") ? "entities"
            : values.Any(v => AnswerField.Read(v, true).Fault is not null) ? answer : null;
        var made = Made(format, columns, "text", spans is null ? answer : null, tool,
            columns.Where(c => c is "entities" or "relations" or "Comments" || spans == c));
        return spans is null ? made : WithSpans(made, spans);
    }

    private static ColumnGuess Made(SourceFormat format, IReadOnlyList<string> columns, string text, string? answer, string tool,
        IEnumerable<string> own, string? question = null)
    {
        var id = columns.FirstOrDefault(c => c == "id");
        return new ColumnGuess(new ColumnMapping(format, text, id, answer, answer is null ? AnswerUse.Ignore : AnswerUse.HiddenGold,
            Dropped: [.. own.Where(c => c != text && c != answer)]),
            ImportingWords.ExportOf(tool: tool, question: question, text: text, answer: answer));
    }
}
