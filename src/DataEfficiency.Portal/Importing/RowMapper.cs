using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataEfficiency.Portal.Importing;

/// <summary>A row as it goes into the pool.</summary>
/// <param name="Answer">What the answer column says, trimmed; null where unmapped or empty.</param>
public sealed record MappedRow(int Line, string Text, byte[] TextHash, string? ExternalId, string? Answer, string? Metadata);

/// <summary>Applies a column mapping to one row after the other.</summary>
public sealed class RowMapper(ColumnMapping mapping, IRowReader reader)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private int known = -1, text, id, answer;
    private HashSet<int> apart = [];

    public (MappedRow? Row, RowFault? Fault) Map(SourceRow row)
    {
        if (row.Fault is not null) return (null, row.Fault);
        Locate();
        var value = row.Field(text);
        if (string.IsNullOrWhiteSpace(value)) return (null, new(RowFault.EmptyText, text < 0 ? $"There is no column '{mapping.Text}'." : "The text is empty.", mapping.Text));
        if (value.Length > ImportLimits.TextBytes / 4 && Encoding.UTF8.GetByteCount(value) > ImportLimits.TextBytes)
            return (null, new(RowFault.TooLong, $"The text is longer than {ImportLimits.TextBytes >> 10} KiB.", mapping.Text));
        var given = mapping.Use == AnswerUse.Ignore ? null : row.Field(answer)?.Trim();
        if (given is { Length: 0 }) given = null;
        if (given?.Length > ImportLimits.AnswerCharacters)
            return (null, new(RowFault.TooLong, $"The answer is longer than {ImportLimits.AnswerCharacters:N0} characters.", mapping.Answer));
        var external = row.Field(id)?.Trim();
        return (new MappedRow(row.Line, value, SHA256.HashData(Encoding.UTF8.GetBytes(value)), external is { Length: > 0 } ? external : null, given, Metadata(row)), null);
    }

    // JSON rows can bring new columns at any time
    private void Locate()
    {
        if (known == reader.Columns.Count) return;
        known = reader.Columns.Count;
        text = ColumnMapping.Place(reader.Columns, mapping.Text);
        id = ColumnMapping.Place(reader.Columns, mapping.Id);
        answer = ColumnMapping.Place(reader.Columns, mapping.Answer);
        apart = [text, id, .. (mapping.Dropped ?? []).Select(d => ColumnMapping.Place(reader.Columns, d))];
        // an ignored answer must not reach annotators by way of the metadata either
        apart.Add(answer);
    }

    private string? Metadata(SourceRow row)
    {
        Dictionary<string, string>? rest = null;
        for (var i = 0; i < row.Fields.Count && i < reader.Columns.Count; i++)
            if (!apart.Contains(i) && row.Fields[i] is { Length: > 0 } value) (rest ??= [])[reader.Columns[i]] = value;
        return rest is null ? null : JsonSerializer.Serialize(rest, Plain);
    }
}
