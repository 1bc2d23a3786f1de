using System.Globalization;
using System.Security.Claims;
using DataEfficiency.Portal.Sentences;
using Microsoft.AspNetCore.Localization;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// In whose language and with whose numbers a request is answered: what the person chose, then what was chosen in this browser, then what
/// the browser asks for, then English. Comes after authentication, which knows the person. A circuit and a hub's stream keep what their
/// connection began with.
/// </summary>
internal static class ReadersLanguage
{
    /// <summary>The choice of a browser in which nobody is signed in.</summary>
    public const string Cookie = "de-language";

    public static void UseReadersLanguage(this WebApplication app) => app.UseRequestLocalization(options =>
    {
        options.DefaultRequestCulture = new("en-US", "en");
        // any browser's numbers, whatever the language of the words
        options.SupportedCultures = [.. CultureInfo.GetCultures(CultureTypes.AllCultures).Where(c => c.Name.Length > 0)];
        options.SupportedUICultures = [.. Languages.All.Select(CultureInfo.GetCultureInfo)];
        options.RequestCultureProviders = [new CustomRequestCultureProvider(http => Task.FromResult(Chosen(http))),
            new AcceptLanguageHeaderRequestCultureProvider()];
    });

    private static ProviderCultureResult? Chosen(HttpContext http)
    {
        if ((Languages.Known(http.User.FindFirstValue(PortalClaims.Language)) ?? Languages.Known(http.Request.Cookies[Cookie]))
            is not { } language) return null;
        // who chose German and whose browser says de-CH writes numbers as they do there
        var own = http.Request.GetTypedHeaders().AcceptLanguage.Select(l => l.Value.Value)
            .FirstOrDefault(l => l?.Split('-')[0] == language);
        return new(own ?? Languages.NumbersOf(language), language);
    }
}
