using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>In whose language and with whose numbers a request is answered.</summary>
public sealed class LanguageTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
    [Theory]
    [InlineData(null, "en", "en-US", "Stay signed in on this device")]
    [InlineData("de-CH, en;q=0.5", "de", "de-CH", "Auf diesem Gerät angemeldet bleiben")]
    [InlineData("ja", "ja", "ja", "この端末でサインインしたままにする")]
    // words that there are not: English ones, and the reader's numbers all the same
    [InlineData("fr-FR", "en", "fr-FR", "Stay signed in on this device")]
    [InlineData("fr-FR, de;q=0.5", "de", "fr-FR", "Auf diesem Gerät angemeldet bleiben")]
    public async Task SignInPage_IsInTheLanguageThatTheBrowserAsksFor(string? asked, string language, string numbers, string words)
    {
        var page = await Browser(asked).GetStringAsync("/sign-in");
        Assert.Contains($"<html lang=\"{language}\" data-numbers=\"{numbers}\"", page);
        Assert.Contains(words, WebUtility.HtmlDecode(page));
    }

    [Fact]
    public async Task SignInPage_WithAChoice_KeepsItInThisBrowser_UntilItIsTakenBack()
    {
        var browser = Browser("de-DE");
        Assert.Equal("/sign-in?returnUrl=%2Fmodels", await ChooseAsync(browser, "/sign-in?returnUrl=%2Fmodels", "ja"));
        Assert.Equal("ja ja-JP", await LanguageAsync(browser, "/sign-in"));
        await ChooseAsync(browser, "/sign-in", "");
        Assert.Equal("de de-DE", await LanguageAsync(browser, "/sign-in"));
        // what no language is called, and an address outside
        Assert.Equal("/", await ChooseAsync(browser, "/sign-in", "xx", "https://elsewhere.example/"));
        Assert.Equal("de de-DE", await LanguageAsync(browser, "/sign-in"));
    }

    [Fact]
    public async Task Choice_OfAPerson_WinsOverEveryBrowser_AndEndsWithTheAccountsSession()
    {
        var browser = await SignedInAsync("stranger", "en-GB");
        Assert.Equal("en en-GB", await LanguageAsync(browser, "/account"));
        Assert.Equal("/account", await ChooseAsync(browser, "/account", "de"));
        Assert.Equal("de de-DE", await LanguageAsync(browser, "/account"));
        Assert.Contains("aria-pressed=\"true\">Deutsch", await browser.GetStringAsync("/account"));

        var other = await SignedInAsync("stranger", "ja");
        Assert.Equal("de de-DE", await LanguageAsync(other, "/account"));
        // Swiss numbers go with German words
        other.DefaultRequestHeaders.Remove("Accept-Language");
        other.DefaultRequestHeaders.Add("Accept-Language", "ja, de-CH;q=0.5");
        Assert.Equal("de de-CH", await LanguageAsync(other, "/account"));
        Assert.Equal("en en-US", await LanguageAsync(Browser(null), "/sign-in"));

        await ChooseAsync(other, "/account", "");
        Assert.Equal("ja ja", await LanguageAsync(other, "/account"));
    }

    [Fact]
    public async Task Choice_OfAnotherSite_IsRefused()
    {
        var answer = await Browser(null).PostAsync("/language", new FormUrlEncodedContent([new("language", "ja")]));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Api_SaysItsRefusalsToTheReader_AndItsNumbersToPrograms()
    {
        using var browser = await SignedInAsync("annotator", "de-DE");
        await PortalFactory.AddAntiforgeryAsync(browser);
        var answer = await browser.PostAsJsonAsync($"/api/v1/projects/{portal.Project.Id}/deck", new { token = new string('t', 1200) });
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Das Token eines Tabs hat höchstens 64 Zeichen, dieses hat 1.200.", problem.GetProperty("detail").GetString());
        Assert.Equal("token-too-long", problem.GetProperty("sentence").GetString());
        Assert.Equal(1200, problem.GetProperty("arguments").GetProperty("characters").GetInt32());
    }

    [Fact]
    public async Task Mistakes_InAForm_AreSaidInTheReadersLanguage_AlsoThoseOfIdentity()
    {
        var browser = await SignedInAsync("viewer", "ja");
        var answer = await PortalFactory.PostFormAsync(browser, "/account", "password",
            new() { ["Input.Current"] = "not the password", ["Input.New"] = "correct horse battery staple" });
        Assert.Contains("現在のパスワードが違います。", WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }

    private HttpClient Browser(string? asked) => Asking(portal.Browser(), asked);

    private async Task<HttpClient> SignedInAsync(string person, string asked) => Asking(await portal.SignedInAsync(person), asked);

    private static HttpClient Asking(HttpClient browser, string? asked)
    {
        if (asked is not null) browser.DefaultRequestHeaders.Add("Accept-Language", asked);
        return browser;
    }

    /// <summary>The page's words and numbers: "de de-DE".</summary>
    private static async Task<string> LanguageAsync(HttpClient browser, string path)
    {
        var html = Regex.Match(await browser.GetStringAsync(path), "<html lang=\"([^\"]*)\" data-numbers=\"([^\"]*)\"");
        return $"{html.Groups[1]} {html.Groups[2]}";
    }

    /// <summary>Presses a language in the page's own form. Returns where the browser is sent.</summary>
    private static async Task<string?> ChooseAsync(HttpClient browser, string path, string language, string? from = null)
    {
        var page = await browser.GetStringAsync(path);
        var form = Regex.Match(page, "<form[^>]*action=\"/language\".*?</form>", RegexOptions.Singleline).Value;
        string Field(string name) => WebUtility.HtmlDecode(Regex.Match(form, $"name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value);
        var answer = await browser.PostAsync("/language", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Field("__RequestVerificationToken"), ["returnUrl"] = from ?? Field("returnUrl"),
            ["language"] = language,
        }));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location?.ToString();
    }
}
