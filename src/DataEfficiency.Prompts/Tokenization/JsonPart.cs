// A place in a JSON file, which knows its file and path, so that every error can say where it is.
using System.Text.Json;

namespace DataEfficiency.Prompts.Tokenization;

internal readonly record struct JsonPart(string File, string Path, JsonElement Element)
{
    /// <summary>Reads a small file of a model folder; null where it is absent or yields nothing.</summary>
    /// <exception cref="ModelException">It is too large, no JSON, or what is read from it is not as it must be.</exception>
    public static T? Read<T>(string path, Func<JsonPart, T?> read)
    {
        if (!System.IO.File.Exists(path)) return default;
        try
        {
            using var json = JsonDocument.Parse(SmallFile.Text(path));
            return read(new JsonPart(path, "", json.RootElement));
        }
        catch (JsonException e)
        {
            throw new ModelException($"{path} is no valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // A string that is no valid Unicode shows only when it is read.
            throw new ModelException($"{path} holds a string that is no valid Unicode: {e.Message}", e);
        }
    }

    public ModelException Error(string what) => new($"{File}, {(Path.Length == 0 ? "top level" : Path)}: {what}.");

    public ModelException NotSupported(string type, string supported) => Error($"\"{type}\" is not supported; supported: {supported}");

    public JsonPart? Optional(string name)
    {
        RequireObject();
        return Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonPart(File, Path.Length == 0 ? name : $"{Path}.{name}", value) : null;
    }

    public JsonPart Required(string name) => Optional(name) ?? throw Error($"\"{name}\" is missing");

    public string Text() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Error("a string is needed");

    public string? Text(string name) => Optional(name) is not { } part ? null
        : part.Element.ValueKind == JsonValueKind.String ? part.Element.GetString() : throw part.Error("a string is needed");

    public bool Flag(string name, bool absent = false) => Optional(name) is not { } part ? absent : part.Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw part.Error("true or false is needed"),
    };

    public int Number(string name) => Required(name) is var part && part.Element.ValueKind == JsonValueKind.Number
        && part.Element.TryGetInt32(out var value) ? value : throw part.Error("a whole number is needed");

    public IEnumerable<JsonPart> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Error("an array is needed");
        var (file, path) = (File, Path);
        return Element.EnumerateArray().Select((item, i) => new JsonPart(file, $"{path}[{i}]", item));
    }

    public void RequireObject()
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Error("an object is needed");
    }
}
