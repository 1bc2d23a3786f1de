using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataEfficiency.Portal.Sentences;

/// <summary>Beside a code and its arguments, a reply has the sentence as words; who reads it has these words only.</summary>
internal sealed class SaidConverter : JsonConverter<Said>
{
    public override void Write(Utf8JsonWriter writer, Said value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    public override Said Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Said.Of(reader.GetString() ?? "");
}
