using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataEfficiency.Portal.Formats;

/// <summary>Rows of JSON as other tools write them: texts in their own letters, nothing that is null.</summary>
internal static class FormatJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>ISO 8601 in UTC, as other tools write it.</summary>
    public static DateTime Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;

    public static string Text(object value) => JsonSerializer.Serialize(value, Options);

    /// <summary>One object a line.</summary>
    public static async Task LinesAsync(Stream output, IAsyncEnumerable<object> rows, CancellationToken cancellation)
    {
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            await JsonSerializer.SerializeAsync(output, row, Options, cancellation);
            output.WriteByte((byte)'\n');
        }
    }

    /// <summary>One array, an object a line.</summary>
    public static async Task ArrayAsync(Stream output, IAsyncEnumerable<object> rows, CancellationToken cancellation)
    {
        var first = true;
        output.WriteByte((byte)'[');
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            if (!first) output.WriteByte((byte)',');
            output.WriteByte((byte)'\n');
            first = false;
            await JsonSerializer.SerializeAsync(output, row, Options, cancellation);
        }
        output.Write("\n]\n"u8);
    }
}
