// Templates that people met and that once came out otherwise, with the right text (../shared/cases/README.md, F20 to F24).
using System.Text.Json.Nodes;

namespace DataEfficiency.Prompts.Tests.Jinja;

public class ReportedTemplatesTests
{
    [GoldenTheory]
    [InlineData("F20-tojson-arguments.json")]
    [InlineData("F21-filters-silently-other.json")]
    [InlineData("F22-format.json")]
    [InlineData("F23-blocks-and-filters-refused.json")]
    [InlineData("F24-strftime.json")]
    public void Apply_ReportedTemplate_GivesTheStatedText(string file)
    {
        // the cases of strftime were made on this day
        var time = new FixedTime(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
        foreach (var (name, reported) in JsonNode.Parse(File.ReadAllText(Fixtures.At("cases", "reported", file)))!.AsObject())
        {
            var messages = reported!["messages"]!.AsArray().Select(m => new ChatMessage((string)m!["role"]!, (string)m["content"]!));
            var text =
                new ChatTemplate((string)reported["template"]!, source: name, time: time).Apply([.. messages], addGenerationPrompt: false);
            Assert.Equal((string)reported["expected"]!, text);
        }
    }
}
