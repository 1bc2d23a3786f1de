using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>A row as it goes into the pool.</summary>
/// <param name="Answers">What the answer column says, trimmed; several: any of them is right. Empty where unmapped or empty.</param>
/// <param name="Parts">The named parts of a text that several columns make, else null.</param>
/// <param name="Spans">Marked parts of the text, where the answer column has such; null: it has none.</param>
/// <param name="SaysNone">The answer is that no label applies, or that nothing is to be marked.</param>
public sealed record MappedRow(int Line, string Text, byte[] TextHash, string? ExternalId, IReadOnlyList<string> Answers, string? Metadata,
    IReadOnlyList<NamedText>? Parts = null, IReadOnlyList<FileSpan>? Spans = null, bool SaysNone = false)
{
    /// <summary>Each person's answer or skip, where the file says who; null: it does not.</summary>
    public IReadOnlyList<PersonAnswer>? People { get; init; }

    public ItemSplit Split { get; init; }

    /// <summary>Hidden gold that the portal's own lines have beside the answers.</summary>
    public IReadOnlyList<string> Gold { get; init; } = [];

    public string? Answer => Answers.Count > 0 ? Answers[0] : null;
}

/// <summary>Applies a column mapping to one row after the other.</summary>
public sealed class RowMapper
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
    private static readonly char[] Between = [';', '|'];
    private readonly ColumnMapping _mapping;
    private readonly IRowReader _reader;
    private readonly TextTemplate? _template;
    private readonly IReadOnlyList<string> _texts;
    private int _known = -1;
    private readonly bool _hasPeople;
    private FieldPath _id = new(-1, null), _answer = new(-1, null), _accepted = new(-1, null), _split = new(-1, null),
        _meta = new(-1, null), _gold = new(-1, null), _fields = new(-1, null);
    private List<FieldPath> _textPaths = [];
    private HashSet<int> _apart = [];

    /// <exception cref="ImportException">The text template cannot be read.</exception>
    public RowMapper(ColumnMapping mapping, IRowReader reader)
    {
        (_mapping, _reader) = (mapping, reader);
        _hasPeople = mapping.Use != AnswerUse.Ignore && PeopleField.Fits(mapping);
        _template = mapping.Template is null ? null : TextTemplate.Parse(mapping.Template);
        _texts = _template is null ? [mapping.Text] : [.. _template.Parts.Select(p => p.Column)];
    }

    public (MappedRow? Row, RowFault? Fault) Map(SourceRow row)
    {
        if (row.Fault is not null) return (null, row.Fault);
        if (_mapping.Shielded) row = row with { Fields = [.. row.Fields.Select(ShieldedCell.Read)] };
        Locate();
        for (var i = 0; i < _texts.Count; i++)
            if (row.FaultOf(_textPaths[i].Column) is { } fault) return (null, fault);
        var (text, parts) = TextOf(row);
        if (string.IsNullOrWhiteSpace(text))
            return (null, new(RowFault.EmptyText, _textPaths.All(p => p.Column < 0) ? ImportingWords.ThereNoColumn(_texts[0])
                : ImportingWords.TextEmpty, _texts[0]));
        if (text.Length > ImportLimits.TextBytes / 4 && Encoding.UTF8.GetByteCount(text) > ImportLimits.TextBytes)
            return (null, new(RowFault.TooLong, ImportingWords.TextLongerThanKiB(ImportLimits.TextBytes >> 10), _texts[0]));
        var (people, unread) = PeopleOf(row, text);
        if (unread is not null) return (null, unread);
        // what was agreed on stands in the portal's own lines; of others the one person's who answered counts for all
        var (answers, spans, saysNone, wrong) = people is null || _mapping.People == PeopleIn.Native ? AnswersOf(row, text)
            : people.FirstOrDefault(p => !p.IsSkip) is { } first ? (first.Answers, first.Spans, first.SaysNone, null)
            : ([], null, false, null);
        if (wrong is not null) return (null, wrong);
        var external = _id.Value(row)?.Trim();
        return (new MappedRow(row.Line, text, SHA256.HashData(Encoding.UTF8.GetBytes(text)), external is { Length: > 0 } ? external : null,
            answers, Metadata(row), parts, spans is { Count: > 0 } ? spans : null, saysNone)
        {
            People = people, Split = DataSplits.Of(_split.Value(row)),
            Gold = _gold.Column < 0 ? [] : AnswerField.Read(_gold.Value(row), true).Answers,
        }, null);
    }

    private (string? Text, IReadOnlyList<NamedText>? Parts) TextOf(SourceRow row)
    {
        if (_template is null) return _textPaths[0].Value(row) is { } whole ? (whole, OwnParts(row, whole)) : (null, null);
        var parts = new List<NamedText>(_texts.Count);
        for (var i = 0; i < _texts.Count; i++)
            if (_textPaths[i].Value(row)?.Trim() is { Length: > 0 } value) parts.Add(new NamedText(_template.Parts[i].Name, value));
        return (TextTemplate.Whole(parts), parts);
    }

    // of the portal's own lines: the parts that its text was made of
    private List<NamedText>? OwnParts(SourceRow row, string whole)
    {
        if (_fields.Value(row) is not ['[', ..] json) return null;
        try
        {
            var parts = JsonSerializer.Deserialize<List<NamedText>>(json, JsonSerializerOptions.Web);
            return parts is { Count: > 0 and <= TextTemplate.MostParts } && parts.TrueForAll(p => p is { Name: not null, Text: not null })
                && TextTemplate.Whole(parts) == whole ? parts : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool HasAnswer(SourceRow row) => _mapping is { Use: not AnswerUse.Ignore, Answer: not null }
        && !(_mapping.AcceptedIn is not null && _accepted.Value(row) is { } said && said != "accept");

    private (IReadOnlyList<string> Answers, IReadOnlyList<FileSpan>? Spans, bool SaysNone, RowFault? Fault) AnswersOf(SourceRow row,
        string text)
    {
        if (!HasAnswer(row)) return ([], null, false, null);
        return row.FaultOf(_answer.Column) is { } fault ? ([], null, false, fault) : Read(_answer.Value(row)?.Trim(), text);
    }

    private (IReadOnlyList<PersonAnswer>? People, RowFault? Fault) PeopleOf(SourceRow row, string text)
    {
        if (!_hasPeople) return (null, null);
        List<PersonAnswer> people = [];
        foreach (var said in PeopleField.Read(_mapping, _reader.Columns, row))
        {
            var (answers, spans, saysNone, fault) = said.IsSkip ? ([], null, false, null) : Read(said.Value?.Trim(), text);
            if (fault is not null)
                return (null, said.By is null ? fault : fault with { Reason = ImportingWords.OfPerson(by: said.By, reason: fault.Reason) });
            people.Add(said with { Value = null, Answers = answers, Spans = spans is { Count: > 0 } ? spans : null, SaysNone = saysNone });
        }
        // an annotation without anything is one that nobody has made yet
        return (PersonAnswer.Newest(people.Where(p => p.IsSkip || p.SaysNone || p.Answers.Count > 0)), null);
    }

    private (IReadOnlyList<string> Answers, IReadOnlyList<FileSpan>? Spans, bool SaysNone, RowFault? Fault) Read(string? value, string text)
    {
        var spans = (IReadOnlyList<FileSpan>?)null;
        IReadOnlyList<string> answers;
        Said? wrong;
        if (_mapping.Marked)
        {
            (spans, wrong) = SpanField.Read(value, text);
            answers = [.. (spans ?? []).Select(s => s.Label).Distinct()];
        }
        // several in a table's cell can be a list as well
        else (answers, wrong) = AnswerField.Read(value, _mapping.Format.IsJson || _mapping.Several && value is ['[', ..]
            || _mapping.People == PeopleIn.Table && value is ['{', ..]);
        if (wrong is not null) return Wrong(new(RowFault.BadAnswer, wrong, _mapping.Answer));
        if (_mapping.Several && answers is [var all] && value is not ['[', ..] and not ['{', ..])
            answers = [.. all.Split(Between, Trimmed).Distinct()];
        if (!_mapping.Marked && answers.Any(a => a.Length > ImportLimits.AnswerCharacters))
            return Wrong(new(RowFault.TooLong, ImportingWords.AnswerLongerThanCharacters(ImportLimits.AnswerCharacters), _mapping.Answer));
        // a list of none, or scores of which none is for a label; whose annotation is named has looked
        return (answers, spans, (_mapping.EmptyIsAnswer || _hasPeople) && answers.Count == 0 && value is not null
            && FieldPath.IsJson(value), null);

        static (IReadOnlyList<string>, IReadOnlyList<FileSpan>?, bool, RowFault?) Wrong(RowFault fault) => ([], null, false, fault);
    }

    // JSON rows can bring new columns at any time
    private void Locate()
    {
        var columns = _reader.Columns;
        if (_known == columns.Count) return;
        _known = columns.Count;
        _textPaths = [.. _texts.Select(t => FieldPath.Find(columns, t))];
        (_id, _answer, _accepted) = (FieldPath.Find(columns, _mapping.Id), FieldPath.Find(columns, _mapping.Answer),
            FieldPath.Find(columns, _mapping.AcceptedIn));
        (_split, _meta) = (FieldPath.Find(columns, _mapping.Split), FieldPath.Find(columns, "meta"));
        if (_mapping is { People: PeopleIn.Native, Use: not AnswerUse.Ignore })
            (_gold, _fields) = (FieldPath.Find(columns, "gold"), FieldPath.Find(columns, "fields"));
        // an ignored answer must not reach annotators by way of the metadata either
        _apart = [.. _textPaths.Select(p => p.Column), _id.Column, _answer.Column, .. (_mapping.Dropped ?? [])
            .Select(d => FieldPath.Find(columns, d).Column)];
    }

    private string? Metadata(SourceRow row)
    {
        Dictionary<string, string>? rest = null;
        for (var i = 0; i < row.Fields.Count && i < _reader.Columns.Count; i++)
            if (!_apart.Contains(i) && row.Fields[i] is { Length: > 0 } value) (rest ??= [])[MetaName(_reader.Columns[i])] = value;
        // tools keep what belongs to an item in one object of this name
        if (_mapping.People is PeopleIn.Native or PeopleIn.Prodigy && row.Field(_meta.Column) is ['{', ..] inner)
        {
            rest?.Remove("meta");
            foreach (var (name, value) in Members(inner, "meta")) (rest ??= [])[MetaName(name)] = value;
        }
        foreach (var path in _textPaths.Where(p => p.Inside is not null && p.Column != _answer.Column))
            if (row.Field(path.Column) is { } whole)
                foreach (var (name, value) in Members(whole, _reader.Columns[path.Column])) (rest ??= [])[MetaName(name)] = value;
        return rest is not { Count: > 0 } ? null : JsonSerializer.Serialize(rest, Plain);
    }

    // as the tool's own users know it
    private string MetaName(string name)
    {
        var prefix = _mapping.People switch
        {
            PeopleIn.LabelStudio => "data.", PeopleIn.Argilla => "metadata.", PeopleIn.Nowhere => null, _ => "meta.",
        };
        return prefix is not null && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
    }

    // what stands beside a text inside of an object belongs to the item as well
    private IReadOnlyList<(string Name, string Value)> Members(string json, string column)
    {
        if (json is not ['{', ..]) return [];
        var found = new List<(string, string)>();
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                var name = $"{column}.{property.Name}";
                var isMapped = _texts.Append(_mapping.Id).Any(t => t == name
                    || t?.StartsWith(name + ".", StringComparison.Ordinal) == true);
                if (!isMapped && JsonColumns.Value(property.Value) is { Length: > 0 } value) found.Add((name, value));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // no JSON, or no text: its part of the text is missing already, and what stands beside it is not worth more
        }
        return found;
    }
}
