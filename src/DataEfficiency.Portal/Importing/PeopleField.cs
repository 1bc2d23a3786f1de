// Who answered what, as the tools say it that know several people.
using System.Globalization;
using System.Text.Json;
using DataEfficiency.Portal.Storage;
using static DataEfficiency.Portal.Importing.JsonColumns;

namespace DataEfficiency.Portal.Importing;

internal static class PeopleField
{
    private const int LongestName = 100;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowTrailingCommas = true };

    // of a mapping whose answer column somebody has changed only that column counts
    public static bool Fits(ColumnMapping mapping) => mapping.Answer is { } answer && mapping.People switch
    {
        PeopleIn.Native => Begins(answer, "final.", "answers."),
        PeopleIn.LabelStudio => Begins(answer, "annotations.", "completions."),
        PeopleIn.Argilla => Begins(answer, "responses.") || answer.Contains(".responses", StringComparison.Ordinal)
            || answer.EndsWith(".0.value", StringComparison.Ordinal),
        PeopleIn.Prodigy => answer is "accept" or "label" or "user_input" or "spans",
        PeopleIn.Table => true,
        _ => false,
    };

    /// <summary>Everybody's answers and skips in this row, their values unread.</summary>
    public static IEnumerable<PersonAnswer> Read(ColumnMapping mapping, IReadOnlyList<string> columns, SourceRow row)
    {
        string? Field(string name) => FieldPath.Find(columns, name).Value(row);
        return mapping.People switch
        {
            PeopleIn.Native => Native(mapping.Answer!, List(Field("answers")), List(Field("skips")), row.Line),
            PeopleIn.LabelStudio => LabelStudio(mapping, List(Field(mapping.Answer!.Split('.')[0])), row.Line),
            PeopleIn.Argilla => Argilla(mapping.Answer!, Field, row.Line),
            PeopleIn.Table => Table(mapping, Field, row.Line),
            _ => Prodigy(mapping.Answer!, Field, row.Line),
        };
    }

    private static IEnumerable<PersonAnswer> Native(string path, List<JsonElement> answers, List<JsonElement> skips, int line)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        foreach (var given in answers)
        {
            var role = Text(given, "role");
            yield return new PersonAnswer(Name(Text(given, "by")), line, Inside(given, "answer") is { } answer ? Text(answer, name) : null)
            {
                At = Time(Text(given, "at")), Milliseconds = Duration(Number(given, "ms")), IsSurplus = role == "surplus",
                Revision = (int)Math.Clamp(Number(given, "rev") ?? 1, 1, 1_000_000),
                Role = RoleOf(role),
            };
        }
        foreach (var skip in skips)
            yield return new PersonAnswer(Name(Text(skip, "by")), line)
            {
                At = Time(Text(skip, "at")), IsSkip = true, SkipReason = Text(skip, "reason"),
            };
    }

    private static IEnumerable<PersonAnswer> LabelStudio(ColumnMapping mapping, List<JsonElement> annotations, int line)
    {
        // "annotations.0.result.0.value.choices": the same member of each annotation's results; by a name, of that question's alone
        var path = mapping.Answer!.Split('.');
        var (member, asked) = (path[^1], path is [_, _, "result", var name, ..] && !int.TryParse(name, out _) ? name : null);
        foreach (var (place, annotation) in annotations.Index())
        {
            var results = Inside(annotation, "result");
            var value = mapping.Marked ? results : results is not { ValueKind: JsonValueKind.Array } list ? null
                : list.EnumerateArray().Where(r => asked is null || FieldPath.QuestionOf(r) == asked)
                    .Select(r => Inside(r, "value") is { } v ? Inside(v, member) : null)
                    .FirstOrDefault(v => v is not null);
            yield return new PersonAnswer(By(Inside(annotation, "completed_by"), place, annotations.Count), line, Said(value))
            {
                At = Time(Text(annotation, "created_at")), Milliseconds = Duration(Number(annotation, "lead_time") * 1000),
                IsSkip = Inside(annotation, "was_cancelled") is { ValueKind: JsonValueKind.True },
            };
        }
    }

    private static IEnumerable<PersonAnswer> Argilla(string path, Func<string, string?> field, int line)
    {
        const string nested = ".0.value", values1 = "responses.0.values.";
        // of version 1, whose responses hold the answers to all questions
        if (path.StartsWith(values1, StringComparison.Ordinal) && path.Split('.') is [.., var question, "value"])
        {
            var given = List(field("responses"));
            return given.Index().Select(r => Response(By(Inside(r.Item, "user_id"), r.Index, given.Count),
                Inside(Inside(Inside(r.Item, "values"), question), "value"), Text(r.Item, "status"), Text(r.Item, "inserted_at")))
                .OfType<PersonAnswer>();
        }
        if (path.EndsWith(nested, StringComparison.Ordinal))
        {
            var responses = List(field(path[..^nested.Length]));
            return responses.Index().Select(r => Response(By(Inside(r.Item, "user_id"), r.Index, responses.Count),
                Inside(r.Item, "value"), Text(r.Item, "status"), Text(r.Item, "inserted_at"))).OfType<PersonAnswer>();
        }
        var column = path.EndsWith(".0", StringComparison.Ordinal) ? path[..^2] : path;
        var (values, users) = (List(field(column)), List(field($"{column}.users")));
        var (status, times) = (List(field($"{column}.status")), List(field($"{column}.inserted_at")));
        return Enumerable.Range(0, Math.Max(values.Count, users.Count)).Select(i => Response(
            By(i < users.Count ? users[i] : null, i, Math.Max(values.Count, users.Count)), i < values.Count ? values[i] : null,
            i < status.Count ? Said(status[i]) : null, i < times.Count ? Said(times[i]) : null)).OfType<PersonAnswer>();

        // a draft is not said yet
        PersonAnswer? Response(string? by, JsonElement? value, string? status, string? at) => status switch
        {
            "draft" or "pending" => null, "discarded" => new PersonAnswer(by, line) { At = Time(at), IsSkip = true },
            _ => new(by, line, Said(value)) { At = Time(at) },
        };
    }

    private static IEnumerable<PersonAnswer> Prodigy(string answer, Func<string, string?> field, int line)
    {
        var verdict = field("answer");
        // who rejects an option has not said which one is right
        if (verdict is not (null or "accept" or "ignore")) return [];
        var session = Name(field("_annotator_id") ?? field("_session_id"));
        // as the portal writes it: the name behind "p-"
        // whose task is accepted without any marks has looked
        var said = verdict == "ignore" ? null : field(answer) ?? (answer == "spans" && verdict == "accept" ? "[]" : null);
        return [new PersonAnswer(session is ['p', '-', _, ..] ? session[2..] : session, line, said)
        {
            IsSkip = verdict == "ignore",
            At = double.TryParse(field("_timestamp"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                ? Known(seconds * 1000) : null,
        }];
    }

    private static IEnumerable<PersonAnswer> Table(ColumnMapping mapping, Func<string, string?> field, int line)
    {
        // an annotation that marks nothing has no field for it
        var said = field(mapping.Answer!) is { } given && !string.IsNullOrWhiteSpace(given) ? given : mapping.Marked ? "[]" : null;
        var seconds = field("lead_time") ?? field("seconds");
        return [new PersonAnswer(Name(field("annotator") ?? field("by")), line, said)
        {
            At = Time(field("created_at") ?? field("at")), Role = RoleOf(field("role")),
            Milliseconds = Duration(double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var lasted)
                ? lasted * 1000 : null),
        }];
    }

    private static AnswerRole RoleOf(string? role) =>
        Enum.TryParse<AnswerRole>(role, true, out var known) && Enum.IsDefined(known) ? known : AnswerRole.Annotator;

    private static string? By(JsonElement? who, int place, int all) => Name(who is { ValueKind: JsonValueKind.Object } person
        ? Text(person, "email") ?? Text(person, "username") ?? Text(person, "id") : Said(who))
        // several that nobody names are several all the same
        ?? (all > 1 ? $"{place + 1}" : null);

    private static string? Name(string? name)
    {
        var shown = new string([.. (name ?? "").Where(c => !char.IsControl(c) && c != MarkedText.Bad)]).Trim();
        return shown.Length == 0 ? null : shown.Length <= LongestName ? shown : shown[..LongestName];
    }

    private static List<JsonElement> List(string? json)
    {
        if (json is null || !FieldPath.IsJson(json)) return [];
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(e => e.Clone())] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string? Text(JsonElement value, string name) => Said(Inside(value, name));

    private static string? Said(JsonElement? value)
    {
        try { return value is { } there ? JsonColumns.Value(there) : null; }
        catch (InvalidOperationException)
        {
            // half a surrogate pair is no text
            return null;
        }
    }

    private static double? Number(JsonElement value, string name) =>
        Inside(value, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var found) ? found : null;

    private static int Duration(double? milliseconds) => milliseconds is > 0 and <= int.MaxValue ? (int)Math.Round(milliseconds.Value) : 0;

    private static long? Time(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
        out var at) ? Known(at.ToUnixTimeMilliseconds()) : null;

    // from before there were computers: a clock that was not set
    private static long? Known(double milliseconds) => milliseconds is > 0 and < 253_402_300_799_000 ? (long)milliseconds : null;

    private static bool Begins(string answer, params string[] beginnings) =>
        beginnings.Any(b => answer.StartsWith(b, StringComparison.Ordinal));
}
