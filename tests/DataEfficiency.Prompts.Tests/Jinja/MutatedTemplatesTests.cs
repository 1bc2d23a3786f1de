// Damaged and strange templates end in a text or in a ChatTemplateException, whatever they say.
using CsCheck;

namespace DataEfficiency.Prompts.Tests.Jinja;

public class MutatedTemplatesTests
{
    private static readonly string[] Tokens =
    [
        "{%", "%}", "{{", "}}", "{#", "#}", "-", "+", " ", "\n", "|", "(", ")", "[", "]", "{", "}", ",", ".", "'", "\"", "\\",
        "if", "else", "for", "in", "is", "not", "and", "set", "x", "1", "0", "2.5", "*", "**", "//", "%", "~", "=", "<", ":", "none",
        "loop", "messages", "endif", "endfor", "recursive", "_", "é", "👍", "\ud83d", "\0",
        "99999999999999999999", "9223372036854775807", "1e308", "-5e-324", "'{:999999999}'", "'%999999999d'", "'%.999999f'",
        "range(99999)", ".format(", " | ", "center(", "999999999)", ".zfill(", "**{}", "*[]",
    ];

    private static readonly string[] Templates = [.. RecordedTemplates.Read()["cases"]!.AsArray().Select(c => (string)c!["template"]!)];

    private static readonly Gen<string> Mutated =
        Gen.Select(Gen.Int[0, Templates.Length - 1], Gen.Select(Gen.Int[0, 400], Gen.Int[0, 12], Gen.Int[0, Tokens.Length - 1]).Array[1, 4])
        .Select((which, edits) =>
        {
            var template = Templates[which];
            foreach (var (place, cut, token) in edits)
            {
                var at = Math.Min(place, template.Length);
                // half of the edits put something in, half take something away
                template = cut > 6 ? template.Remove(at, Math.Min(cut - 6, template.Length - at)) : template.Insert(at, Tokens[token]);
            }
            return template;
        });

    [Fact]
    public void Apply_MutatedTemplate_ThrowsNothingButItsOwnException() => Mutated.Sample(template =>
    {
        try
        {
            Rendering.Of(template, new ChatMessage("user", "Hi é👍"), new ChatMessage("assistant", "\ud800 x"));
        }
        catch (ChatTemplateException e)
        {
            Assert.StartsWith("test", e.Message);
        }
    }, iter: 6_000, threads: 1);
}
