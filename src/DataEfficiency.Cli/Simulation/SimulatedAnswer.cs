using System.Text.Json.Nodes;

namespace DataEfficiency.Cli.Simulation;

/// <summary>An answer as the label page sends it.</summary>
/// <param name="Words">As the export says it to people; empty: no label, nothing marked.</param>
internal sealed record SimulatedAnswer(JsonObject Json, string Words)
{
    public static SimulatedAnswer Label((int Id, string Name) label) => new(new() { ["label"] = label.Id }, label.Name);

    /// <param name="labels">In the order of the answer set.</param>
    public static SimulatedAnswer Labels(IReadOnlyList<(int Id, string Name)> labels) => new(
        new() { ["labels"] = new JsonArray([.. labels.Select(l => (JsonNode)l.Id)]) }, string.Join(", ", labels.Select(l => l.Name)));

    /// <param name="spans">In the order of the text, in code points.</param>
    public static SimulatedAnswer Spans(IReadOnlyList<(int Start, int End, string Words, (int Id, string Name) Label)> spans) => new(
        new()
        {
            ["spans"] = new JsonArray([.. spans.Select(s =>
                (JsonNode)new JsonObject { ["start"] = s.Start, ["end"] = s.End, ["label"] = s.Label.Id })]),
        },
        string.Join(", ", spans.Select(s => $"{string.Join(' ', s.Words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))} → "
            + s.Label.Name)));

    public static SimulatedAnswer Text(string text) => new(new() { ["text"] = text }, text);
}
