// What .NET's JSON reader lets pass or finds too late: names that stand twice in an object, escapes that are half of a surrogate pair.
using System.Text.Json;

namespace DataEfficiency.Cli;

internal static class StrictJson
{
    /// <summary>Reads a whole value and throws at the first fault.</summary>
    /// <param name="json">Valid UTF-8.</param>
    /// <param name="firstLine">The line of the file that it begins on.</param>
    /// <returns>The line on which each item of the outermost array, or each property of the outermost object, begins.</returns>
    /// <exception cref="InvalidDataException">The message names file and line.</exception>
    public static List<int> Check(string path, ReadOnlySpan<byte> json, int firstLine)
    {
        var reader = new Utf8JsonReader(json);
        var lines = new List<int>();
        var names = new Stack<HashSet<string>>();
        var (line, counted) = (firstLine, 0);
        try
        {
            while (reader.Read())
            {
                line += json[counted..(int)reader.TokenStartIndex].Count((byte)'\n');
                counted = (int)reader.TokenStartIndex;
                var isName = reader.TokenType == JsonTokenType.PropertyName;
                var closes = reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject;
                if (reader.CurrentDepth == 1 && !closes && (isName || names.Count == 0)) lines.Add(line);
                if (reader.TokenType == JsonTokenType.StartObject) names.Push([]);
                if (reader.TokenType == JsonTokenType.EndObject) names.Pop();
                if (!isName && reader.TokenType != JsonTokenType.String) continue;
                var text = reader.GetString()!;
                if (isName && !names.Peek().Add(text))
                    throw new InvalidDataException($"{path}, line {line}: \"{text}\" stands twice in one object.");
            }
        }
        catch (JsonException e)
        {
            var at = firstLine + (int)(e.LineNumber ?? 0);
            // a table or an archive: where its first word goes wrong says nothing
            if (at == 1 && json.TrimStart(" \t\r\n"u8) is [not ((byte)'{' or (byte)'[' or (byte)'"'), ..])
                throw new InvalidDataException($"{path}, line 1: not valid JSON, nor like it: is it a table (CSV, Excel)? Save it as JSON "
                    + "lines first.", e);
            throw new InvalidDataException($"{path}, line {at}: not valid JSON (column {e.BytePositionInLine + 1}): {Reason(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{path}, line {line}: a text holds half of a surrogate pair, which is no character.", e);
        }
        return lines;
    }

    // The library's message ends with a position of its own, which counts lines from 0.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0];
}
