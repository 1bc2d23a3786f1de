// The input of `rank` and `estimate`: JSON lines, or one JSON array, of objects with "input_text" (a full prompt) or "text" (with an
// instruction).
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Prompts;

namespace DataEfficiency.Cli;

/// <param name="Task">Null where the texts are full prompts.</param>
/// <param name="Answers">ground_truth of each, where it was asked for.</param>
/// <param name="Random">"random" of each: whether it comes from a random order, as all do where nothing is said.</param>
public sealed record PoolFile(TaskPrompt? Task, IReadOnlyList<string> Texts, IReadOnlyList<string> Answers, IReadOnlyList<bool> Random)
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line or field is missing or malformed; the message names file and line.</exception>
    public static PoolFile Read(string path, string? instruction, bool answers)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file '{path}'.");
        List<string> texts = [], truths = [];
        List<bool> random = [];
        bool? prompts = null;
        foreach (var (line, item) in Items(path))
        {
            var full = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("input_text", out _);
            if (prompts is { } earlier && earlier != full) throw Wrong("\"input_text\" and \"text\" are mixed in one file.");
            prompts = full;
            if (!full && instruction is null)
                throw Wrong("there is no \"input_text\" (a full prompt). For \"text\" give --instruction as well.");
            texts.Add(Text(full ? "input_text" : "text"));
            if (answers) truths.Add(Text("ground_truth"));
            random.Add(Flag("random"));

            InvalidDataException Wrong(string what) => new($"{path}, line {line}: {what}");

            string Text(string name) =>
                item.ValueKind != JsonValueKind.Object ? throw Wrong($"expected an object with the text \"{name}\", found {Kind(item)}.")
                : !item.TryGetProperty(name, out var value) ? throw Wrong($"expected an object with the text \"{name}\", which is missing.")
                : value.ValueKind == JsonValueKind.String ? Said(name, value.GetString()!)
                : throw Wrong($"expected an object with the text \"{name}\", which is {Kind(value)}.");

            // as the portal has it: no text to label
            string Said(string name, string text) => name == "text" && string.IsNullOrWhiteSpace(text)
                ? throw Wrong($"the text \"{name}\" is empty.") : text;

            bool Flag(string name) => !item.TryGetProperty(name, out var value) || (value.ValueKind is JsonValueKind.True
                or JsonValueKind.False ? value.GetBoolean() : throw Wrong($"\"{name}\" is {Kind(value)}, expected true or false."));
        }
        if (texts.Count == 0) throw new InvalidDataException($"{path} holds no item.");
        return new PoolFile(prompts == true ? null : new TaskPrompt(instruction!), texts, truths, random);
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    // Line by line, so that of a large pool no more than its texts is in memory. An element is good until the next one is asked for.
    private static IEnumerable<(int Line, JsonElement Item)> Items(string path)
    {
        if (!BeginsWithBracket(path))
        {
            foreach (var item in JsonInput.ReadLines(path)) yield return item;
            yield break;
        }
        using var array = JsonInput.Read(path);
        foreach (var (index, item) in array.Root.EnumerateArray().Index()) yield return (array.Lines[index], item);
    }

    private static bool BeginsWithBracket(string path)
    {
        using var reader = new StreamReader(path);
        int next;
        while ((next = reader.Read()) >= 0 && char.IsWhiteSpace((char)next)) { }
        return next == '[';
    }
}
