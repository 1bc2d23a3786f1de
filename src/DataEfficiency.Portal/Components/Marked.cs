using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace DataEfficiency.Portal.Components;

/// <summary>
/// A whole sentence with marks inside: **strong**, `code`, [a link](/to), [[F1]] a key, and [[here]] for what only a component can draw.
/// Only sentences whose arguments are this program's own come here, never text from data.
/// </summary>
public sealed partial class Marked : ComponentBase
{
    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>Stands at the mark [[here]].</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        var at = 0;
        foreach (Match mark in Mark().Matches(Text))
        {
            builder.AddContent(0, Text[at..mark.Index]);
            at = mark.Index + mark.Length;
            if (mark.Groups["here"].Success) builder.AddContent(1, ChildContent);
            else if (mark.Groups["key"].Success) Key(builder, mark.Groups["key"].Value);
            else Element(builder, mark);
        }
        builder.AddContent(2, Text[at..]);
    }

    private static void Key(RenderTreeBuilder builder, string key)
    {
        builder.OpenElement(7, "kbd");
        builder.AddContent(8, key);
        builder.CloseElement();
    }

    private static void Element(RenderTreeBuilder builder, Match mark)
    {
        var link = mark.Groups["to"];
        builder.OpenElement(3, link.Success ? "a" : mark.Groups["code"].Success ? "code" : "b");
        if (link.Success) builder.AddAttribute(4, "href", link.Value);
        if (link.Success && link.Value.StartsWith("/api/", StringComparison.Ordinal)) builder.AddAttribute(5, "download", true);
        builder.AddContent(6, mark.Groups["text"].Value + mark.Groups["code"].Value + mark.Groups["strong"].Value);
        builder.CloseElement();
    }

    [GeneratedRegex(@"(?<here>\[\[here\]\])|\[\[(?<key>\w+)\]\]|\*\*(?<strong>.+?)\*\*|`(?<code>[^`]+)`|"
        + @"\[(?<text>[^\]]+)\]\((?<to>[^)]+)\)")]
    private static partial Regex Mark();
}
