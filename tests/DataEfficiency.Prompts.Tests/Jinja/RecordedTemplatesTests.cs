// Templates against what jinja2 3.1.6 made of them in the environment that transformers builds (record.py beside this file).
using System.Text.Json.Nodes;

namespace DataEfficiency.Prompts.Tests.Jinja;

public class RecordedTemplatesTests
{
    private static readonly JsonNode Recorded = RecordedTemplates.Read();

    private static readonly ChatMessage[] Messages =
        [.. Recorded["messages"]!.AsArray().Select(m => new ChatMessage((string)m!["role"]!, (string)m["content"]!))];

    public static TheoryData<string> Topics => [.. Recorded["cases"]!.AsArray().Select(c => (string)c!["topic"]!).Distinct()];

    [Theory]
    [MemberData(nameof(Topics))]
    public void Apply_EveryTemplateOfATopic_GivesWhatJinja2Gives(string topic)
    {
        var cases = Recorded["cases"]!.AsArray().Where(c => (string)c!["topic"]! == topic).ToList();
        var wrong = cases.Select(c => Difference(c!)).Where(d => d is not null).ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases.Count}:\n{string.Join("\n", wrong)}");
    }

    /// <summary>Null where the recorded text comes, an error where jinja2 gives one, or the refusal that the case names.</summary>
    private static string? Difference(JsonNode recorded)
    {
        var template = (string)recorded["template"]!;
        string? expected = (string?)recorded["expected"], refused = (string?)recorded["refused"];
        try
        {
            var text = Rendering.Of(template, Messages);
            return text == expected && refused is null ? null
                : $"{template}\n  jinja2: {expected ?? refused ?? (string)recorded["error"]!}\n  here:   {text}";
        }
        catch (ChatTemplateException e) when (refused is not null)
        {
            return e.Message.Contains(refused, StringComparison.Ordinal) ? null
                : $"{template}\n  refused: {refused}\n  here:   {e.Message}";
        }
        catch (ChatTemplateException e)
        {
            return expected is null ? null : $"{template}\n  jinja2: {expected}\n  here:   {e.Message}";
        }
    }
}

internal static class RecordedTemplates
{
    public static JsonNode Read() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Jinja", "recorded-templates.json")))!;
}
