using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataEfficiency.Portal.Api;

/// <summary>An enumeration by one of its names. The library's own converter takes "lead, viewer" as well and makes a third role of the
/// two.</summary>
internal sealed class OneName : JsonConverterFactory
{
    /// <summary>JSON as the web has it, with every enumeration by one of its names.</summary>
    public static JsonSerializerOptions Web { get; } = new(JsonSerializerDefaults.Web) { Converters = { new OneName() } };

    public override bool CanConvert(Type type) => type.IsEnum;

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(type))!;

    private sealed class Of<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number)
                && (T)Enum.ToObject(type, number) is var numbered && Enum.IsDefined(numbered)) return numbered;
            if (reader.TokenType != JsonTokenType.String) throw new JsonException();
            var said = reader.GetString();
            return Enum.GetNames<T>().FirstOrDefault(n => n.Equals(said, StringComparison.OrdinalIgnoreCase)) is { } name
                ? Enum.Parse<T>(name) : throw new JsonException();
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue($"{value}");
    }
}
