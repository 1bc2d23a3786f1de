using System.Net;
using DataEfficiency.Portal.Labeling;
using Markdig;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace DataEfficiency.Portal.Guidelines;

/// <summary>A guideline's Markdown as HTML: raw HTML stays text, and links lead to web pages or mail only.</summary>
public static class GuidelineHtml
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseEmphasisExtras()
        .Build();

    public static string Render(string markdown)
    {
        try
        {
            return RenderMarkdown(markdown);
        }
        catch (ArgumentException)
        {
            // quotes in quotes in quotes, thousands of them: the parser gives up, the page must not
            return $"<p>{WebUtility.HtmlEncode(LabelingWords.NestedTooDeep)}</p><pre>{WebUtility.HtmlEncode(markdown)}</pre>";
        }
    }

    private static string RenderMarkdown(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            if (link.IsImage || !IsSafe(link.Url)) link.ReplaceBy(new LiteralInline(TextOf(link)));
        }
        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            if (!link.IsEmail && !IsSafe(link.Url)) link.ReplaceBy(new LiteralInline(link.Url));
        }
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        return writer.ToString();
    }

    private static bool IsSafe(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https" or "mailto");

    // a link that leads nowhere keeps its words; so does a picture, which would be fetched from another site
    private static string TextOf(LinkInline link) =>
        string.Concat(link.Descendants<LiteralInline>().Select(l => l.Content.ToString())) is { Length: > 0 } text ? text : link.Url ?? "";
}
