using System.Text.Json;

namespace DataEfficiency.Cli;

/// <summary>Input files of verbs that are JSON.</summary>
internal static class JsonInput
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Reads a file of the shape that <paramref name="shape"/> puts into words; an error names option, file and shape.</summary>
    public static T Read<T>(string option, string path, string shape, Func<T, bool> holds) where T : class
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{option}: there is no file '{path}'.");
        try
        {
            if (JsonSerializer.Deserialize<T>(File.ReadAllText(path), Format) is { } value && holds(value)) return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{option}: '{path}' is not {shape}: {e.Message}", e);
        }
        throw new InvalidDataException($"{option}: '{path}' is not {shape}.");
    }
}
