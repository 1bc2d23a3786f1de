using DataEfficiency.Portal.Guidelines;
using Xunit;

namespace DataEfficiency.Portal.Tests.Guidelines;

public class GuidelineHtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](data:text/html,<script>alert(1)</script>)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](https://elsewhere.example/track.png)")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[x]: javascript:alert(1)\n\n[x]")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>")]
    public void Render_HostileMarkdown_LeavesNoScriptLinkOrPicture(string markdown)
    {
        var html = GuidelineHtml.Render(markdown);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"javascript", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"data", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Render_PlainMarkdown_KeepsFormAndGoodLinks() =>
        Assert.Equal("<p><strong>Card</strong> or <a href=\"https://example.org/a\">account</a>?</p>\n",
            GuidelineHtml.Render("**Card** or [account](https://example.org/a)?"));

    [Theory]
    [InlineData("> ", ""), InlineData("- ", ""), InlineData("1. ", ""), InlineData("[", "](x)"), InlineData("*a _b ", "_*"),
        InlineData("![", "](x)")]
    [InlineData("(", ")"), InlineData("**", "**"), InlineData("~~", "~~"), InlineData("> - ", ""), InlineData("`", ""),
        InlineData("<", ">")]
    public void Render_TenThousandNested_GivesAPageAndNoError(string open, string close)
    {
        var html = GuidelineHtml.Render(string.Concat(Enumerable.Repeat(open, 10_000)) + "x<script>" +
            string.Concat(Enumerable.Repeat(close, 10_000)));

        Assert.Contains("x", html);
        Assert.DoesNotContain("<script", html);
    }
}
