// Every JSON file that a verb is given is read here: strictly, so that what is malformed is an error that names file and line.
using System.Text.Json;
using DataEfficiency.Prompts;

namespace DataEfficiency.Cli;

/// <summary>A JSON file of one value; whoever reads it disposes it.</summary>
/// <param name="Lines">The line on which each item of the array, or each property of the object, begins.</param>
internal sealed record JsonInput(string Path, JsonDocument Document, IReadOnlyList<int> Lines) : IDisposable
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public JsonElement Root => Document.RootElement;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no valid JSON in UTF-8; the message names file and line.</exception>
    public static JsonInput Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file '{path}'.");
        var json = Utf8File.Read(path);
        var lines = StrictJson.Check(path, json, 1);
        return new JsonInput(path, JsonDocument.Parse(json), lines);
    }

    /// <summary>One JSON value a line; empty lines are passed over. An element is good until the next one is asked for.</summary>
    /// <exception cref="InvalidDataException">A line is no valid JSON in UTF-8; the message names file and line.</exception>
    public static IEnumerable<(int Line, JsonElement Item)> ReadLines(string path)
    {
        foreach (var (number, line) in Utf8File.Lines(path))
        {
            if (line.AsSpan().IndexOfAnyExcept(" \t\r"u8) < 0) continue;
            StrictJson.Check(path, line, number);
            using var document = JsonDocument.Parse(line);
            yield return (number, document.RootElement);
        }
    }

    /// <summary>An array, of the shape that <paramref name="shape"/> puts into words; an error names option, file, line and
    /// shape.</summary>
    public static T[] ReadArray<T>(string option, string path, string shape, Func<T, bool> holds)
        where T : class
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{option}: there is no file '{path}'.");
        using var input = Read(path);
        if (input.Root.ValueKind != JsonValueKind.Array) throw new InvalidDataException($"{option}: {path}, line 1: this is not {shape}.");
        return [.. input.Root.EnumerateArray().Select((item, i) => Item(item, input.Lines[i]))];

        T Item(JsonElement item, int line)
        {
            try
            {
                if (item.Deserialize<T>(Format) is { } value && holds(value)) return value;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{option}: {path}, line {line}: this is not {shape}.", e);
            }
            throw new InvalidDataException($"{option}: {path}, line {line}: this is not {shape}.");
        }
    }

    public void Dispose() => Document.Dispose();
}
