using System.Text;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>CoNLL in IOB2: a token and its tag a line, a blank line behind each item. Tokens end at blanks, at signs and wherever a span
/// begins or ends, so that every span is whole tokens.</summary>
public sealed class ConllFormat : IAnswerFormat
{
    public string Name => "conll";
    public string Title => "CoNLL";
    public string Ending => ".conll";
    public string MediaType => "text/plain; charset=utf-8";

    // a token has one tag
    public bool Holds(Project project) => project.Kind().HasSpans && !project.SpansOverlap;

    public IReadOnlyList<ExportWhat> Says => [ExportWhat.Final];

    public async Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var tags = ConllTags.Of(source.Labels.Select(l => l.AnswerText));
        await foreach (var item in source.ItemsAsync().WithCancellation(cancellation))
        {
            if (item.Final?.Spans is not { } spans) continue;
            foreach (var (token, tag) in Tokens(item.Item.Text, [.. spans.Select(s => s with { Label = tags.GetValueOrDefault(s.Label,
                s.Label) })])) await writer.WriteLineAsync($"{token}\t{tag}");
            await writer.WriteLineAsync();
        }
    }

    internal static IEnumerable<(string Token, string Tag)> Tokens(string text, IReadOnlyList<FormatSpan> spans)
    {
        var places = new CodePoints(text);
        var borders = spans.SelectMany(s => new[] { places.Unit(s.Start), places.Unit(s.End) }).ToHashSet();
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = start + 1;
            if (char.IsWhiteSpace(text[start])) continue;
            var isWord = IsWord(text, start);
            while (end < text.Length && !borders.Contains(end) && !char.IsWhiteSpace(text[end])
                && (char.IsLowSurrogate(text[end]) || isWord && IsWord(text, end))) end++;
            var inside = spans.FirstOrDefault(s => places.Unit(s.Start) <= start && end <= places.Unit(s.End));
            yield return (text[start..end], inside.Label is null ? "O"
                : $"{(places.Unit(inside.Start) == start ? "B" : "I")}-{inside.Label}");
        }
    }

    private static bool IsWord(string text, int at) => !char.IsPunctuation(text, at) && !char.IsSymbol(text, at);
}
