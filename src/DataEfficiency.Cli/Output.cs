using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataEfficiency.Cli;

/// <summary>Where a verb writes: its result on standard output, its progress on standard error.</summary>
public sealed class Output(TextWriter stdout, TextWriter stderr)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new NullWhereNotFinite(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public void Line(string text = "") => stdout.WriteLine(text);

    public void Progress(string text) => stderr.WriteLine(text);

    /// <summary>Writes over the line before, where a person is watching; elsewhere nothing.</summary>
    public void Redraw(string text)
    {
        if (!Console.IsErrorRedirected) stderr.Write($"\r{text}\e[K");
    }

    /// <summary>One JSON value on one line: camelCase, full precision, null for NaN and the infinities.</summary>
    public void Json<T>(T value) => stdout.WriteLine(JsonSerializer.Serialize(value, Format));

    /// <summary>JSON has no NaN and no infinity.</summary>
    private sealed class NullWhereNotFinite : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
