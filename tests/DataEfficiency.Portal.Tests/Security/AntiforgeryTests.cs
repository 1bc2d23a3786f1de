using System.Net;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

public sealed class AntiforgeryTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
    [Fact]
    public async Task ChangeOverTheApi_WithoutTheToken_SaysWhatIsMissing()
    {
        var browser = await portal.SignedInAsync("admin");

        var answer = await browser.PutAsync("/api/v1/keys", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"code\":\"antiforgery\"", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Form_WithoutItsToken_IsAnsweredWithAPageThatSaysWhatToDo()
    {
        var answer = await portal.Browser().PostAsync("/sign-in", new FormUrlEncodedContent([new("_handler", "sign-in")]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("reload it, and send it again", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task EveryPage_Answers_WithTheSecurityHeaders()
    {
        var browser = await portal.SignedInAsync("admin");
        foreach (var path in new[] { "/", "/account", "/nowhere", "/api/v1/antiforgery", "/css/app.css" })
        {
            var answer = await browser.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", policy);
            Assert.DoesNotContain("'unsafe-inline'", policy.Split(';').Single(d => d.Contains("script-src")));
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task ImportMap_OfAPage_CarriesTheNonceOfItsPolicy()
    {
        var browser = await portal.SignedInAsync("admin");
        var answer = await browser.GetAsync("/");
        var nonce = answer.Headers.GetValues("Content-Security-Policy").Single().Split("'nonce-")[1].Split('\'')[0];

        Assert.Contains($"nonce=\"{System.Text.Encodings.Web.HtmlEncoder.Default.Encode(nonce)}\"",
            await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SessionCookie_SetAtSignIn_IsHttpOnlyAndSameSite()
    {
        var answer = await PortalFactory
            .PostFormAsync(portal.Browser(), "/sign-in", "sign-in",
            new() { ["Input.UserName"] = "annotator", ["Input.Password"] = PortalFactory.Password });

        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("de-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
    }
}
