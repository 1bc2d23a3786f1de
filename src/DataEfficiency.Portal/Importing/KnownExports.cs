// Exports of other labeling tools, told by the fields that only they have. Their answers become gold or labels like any other column; their
// own bookkeeping (annotations, suggestions, who answered) is not kept as metadata, since annotators would see it beside the text.
namespace DataEfficiency.Portal.Importing;

internal static class KnownExports
{
    public static ColumnGuess? Recognize(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows)
    {
        bool Has(params string[] names) => names.All(columns.Contains);
        var paths = FieldPath.Offered(columns, rows);
        if (format.IsJson && Has("text", "split", "places", "answers")) return Native(format, columns, paths);
        if (format.IsJson && Has("data") && (Has("annotations") || Has("completions") || Has("predictions")))
            return LabelStudio(format, columns, paths);
        if (format.IsJson && Has("text", "_input_hash") || Has("text", "options", "accept")) return Prodigy(format, columns);
        if (format.IsJson && Has("fields", "responses")) return ArgillaRecords(format, columns, paths);
        if (columns.FirstOrDefault(c => c.EndsWith(".responses", StringComparison.Ordinal)) is { } responses)
            return Argilla(format, columns, responses);
        if (Has("annotation", "inputs") || Has("annotation", "prediction")) return OldArgilla(format, columns, paths);
        return format.IsJson && Has("text") && (Has("label") || Has("labels") || Has("entities")) ? Doccano(format, columns, rows) : null;
    }

    // the portal's own: what was agreed on; each person's answer stays behind
    private static ColumnGuess Native(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths) => Made(format,
        columns, "text", paths.FirstOrDefault(p => p is "final.label" or "final.labels" or "final.text"), "DataEfficiency",
        columns.Where(c => c is "line" or "split" or "places" or "stratum" or "schema" or "final" or "answers" or "skips" or "gold"
            or "fields"));

    private static ColumnGuess LabelStudio(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths)
    {
        var text = paths.FirstOrDefault(p => p == "data.text") ?? paths.FirstOrDefault(p => p.StartsWith("data.", StringComparison.Ordinal))
            ?? "data";
        var answer = paths.FirstOrDefault(p => p.StartsWith("annotations.", StringComparison.Ordinal)
            && p.EndsWith(".value.choices", StringComparison.Ordinal))
            ?? paths.FirstOrDefault(p => p.StartsWith("annotations.", StringComparison.Ordinal)
                && p.EndsWith(".value.text", StringComparison.Ordinal));
        return Made(format, columns, text, answer, "Label Studio", [.. columns.Where(c => c is not ("data" or "id" or "meta"))]);
    }

    private static ColumnGuess Prodigy(SourceFormat format, IReadOnlyList<string> columns)
    {
        var answer = columns.Contains("accept") ? "accept" : columns.Contains("label") ? "label" : null;
        var made = Made(format, columns, "text", answer, "Prodigy",
            [.. columns.Where(c => c is not ("text" or "meta" or "accept" or "label"))]);
        return made with { Mapping = made.Mapping with { Id = null, AcceptedIn = columns.Contains("answer") ? "answer" : null } };
    }

    private static ColumnGuess Argilla(SourceFormat format, IReadOnlyList<string> columns, string responses)
    {
        var stem = responses[..^".responses".Length];
        var own = columns.Where(c => c == "status" || c.Contains(".responses", StringComparison.Ordinal)
            || c.Contains(".suggestion", StringComparison.Ordinal)).ToList();
        var text = columns.FirstOrDefault(c => c == "text") ?? columns.FirstOrDefault(c => !own.Contains(c)
            && c is not ("id" or "_server_id")) ?? responses;
        return Made(format, columns, text, responses, "Argilla", own.Where(c => c != responses), stem);
    }

    private static ColumnGuess ArgillaRecords(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths)
    {
        var text = paths.FirstOrDefault(p => p == "fields.text")
            ?? paths.FirstOrDefault(p => p.StartsWith("fields.", StringComparison.Ordinal)) ?? "fields";
        var answer = paths.FirstOrDefault(p => p.StartsWith("responses.", StringComparison.Ordinal)
            && p.EndsWith(".0.value", StringComparison.Ordinal));
        return Made(format, columns, text, answer, "Argilla",
            columns.Where(c => c is "responses" or "suggestions" or "vectors" or "status" or "_server_id"));
    }

    private static ColumnGuess OldArgilla(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<string> paths)
    {
        var text = columns.FirstOrDefault(c => c == "text") ?? paths.FirstOrDefault(p => p.StartsWith("inputs.", StringComparison.Ordinal))
            ?? "inputs";
        return Made(format, columns, text, "annotation", "Argilla",
            columns.Where(c => c is not ("text" or "inputs" or "id" or "metadata" or "annotation")));
    }

    private static ColumnGuess? Doccano(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows)
    {
        var answer = columns.FirstOrDefault(c => c is "label" or "labels");
        var path = FieldPath.Find(columns, answer);
        var values = rows.Select(path.Value).Where(v => v is { Length: > 0 }).ToList();
        var isList = values.Any(v => FieldPath.IsJson(v!));
        if (!isList && !columns.Contains("entities")) return null;
        // marked stretches of the text are no answers of a choice
        var spans = columns.Contains("entities") || values.Any(v => AnswerField.Read(v, true).Fault is not null);
        var made = Made(format, columns, "text", spans ? null : answer, "doccano",
            columns.Where(c => c is "entities" or "relations" or "Comments" || spans && c == answer));
        return spans ? made with { Note = ImportingWords.DoccanoSpans } : made;
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
