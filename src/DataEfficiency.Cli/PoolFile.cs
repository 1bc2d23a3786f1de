// The input of `rank` and `estimate`: JSON lines, or one JSON array, of objects with "input_text" (a full prompt) or "text" (with an instruction).
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Prompts;

namespace DataEfficiency.Cli;

/// <param name="Task">Null where the texts are full prompts.</param>
/// <param name="Answers">ground_truth of each, where it was asked for.</param>
public sealed record PoolFile(TaskPrompt? Task, IReadOnlyList<string> Texts, IReadOnlyList<string> Answers)
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line or field is missing or malformed; the message says which.</exception>
    public static PoolFile Read(string path, string? instruction, bool answers)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file '{path}'.");
        List<string> texts = [], truths = [];
        bool? prompts = null;
        foreach (var (where, item) in Items(path))
        {
            var full = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("input_text", out _);
            if (prompts is { } earlier && earlier != full) throw new InvalidDataException($"{path}, {where}: \"input_text\" and \"text\" are mixed in one file.");
            prompts = full;
            if (!full && instruction is null) throw new InvalidDataException($"{path}, {where}: there is no \"input_text\" (a full prompt). For \"text\" give --instruction as well.");
            texts.Add(Text(path, where, item, full ? "input_text" : "text"));
            if (answers) truths.Add(Text(path, where, item, "ground_truth"));
        }
        if (texts.Count == 0) throw new InvalidDataException($"{path} holds no item.");
        return new PoolFile(prompts == true ? null : new TaskPrompt(instruction!), texts, truths);
    }

    private static string Text(string path, string where, JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!
            : throw new InvalidDataException($"{path}, {where}: expected an object with the text \"{name}\".");

    // Line by line, so that of a large pool no more than its texts is in memory. An element is good until the next one is asked for.
    private static IEnumerable<(string Where, JsonElement Item)> Items(string path)
    {
        if (BeginsWithBracket(path))
        {
            using var array = Parse(path, "the array", File.ReadAllText(path));
            foreach (var (index, item) in array.RootElement.EnumerateArray().Index()) yield return ($"item {index}", item);
            yield break;
        }
        foreach (var (index, text) in File.ReadLines(path).Index())
        {
            if (string.IsNullOrWhiteSpace(text)) continue;
            using var line = Parse(path, $"line {index + 1}", text);
            yield return ($"line {index + 1}", line.RootElement);
        }
    }

    private static bool BeginsWithBracket(string path)
    {
        using var reader = new StreamReader(path);
        int next;
        while ((next = reader.Read()) >= 0 && char.IsWhiteSpace((char)next)) { }
        return next == '[';
    }

    private static JsonDocument Parse(string path, string where, string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}, {where}, is not valid JSON: {e.Message}", e);
        }
    }
}
