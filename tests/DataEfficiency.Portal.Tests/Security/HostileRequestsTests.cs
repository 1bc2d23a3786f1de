using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Importing;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>What no page of ours sends, sent to every route by who may: it is refused, and the server does not fail at it.</summary>
public sealed class HostileRequestsTests(MatrixPortal portal) : IClassFixture<MatrixPortal>
{
    private static readonly string[] Bodies =
    [
        "", "null", "[]", "1", "\"x\"", "{", "{}", "{\"token\":null}", "\uFEFF{}", "\0", "{\"\\ud800\":1}", "{\"token\":\"\\ud800\"}",
        "{\"token\":\"\\u0000\",\"token\":\"a\"}", "{\"records\":[null]}", "{\"records\":null,\"deck\":null}",
        "{\"items\":[9e99],\"action\":1}",
        "{\"itemId\":9223372036854775808}", "{\"itemId\":-9223372036854775808,\"after\":-1,\"verdict\":99,\"cause\":-1}",
        "{\"kind\":99,\"point\":99,\"value\":\"NaN\"}", "{\"kind\":\"goOn\",\"value\":\"Infinity\"}",
        "{\"kind\":\"waive\",\"value\":1e999}",
        "{\"userName\":\"a\",\"role\":99}", "{\"userName\":\"\\u0000\",\"role\":\"lead, viewer\"}", "{\"url\":null,\"events\":[null]}",
        "{\"upload\":\"x\",\"mapping\":{}}", "{\"bare\":true,\"changed\":{\"flag\":null}}", "{\"name\":null,\"query\":\"%\"}",
        "{\"version\":2147483648}", new string('[', 5000),
    ];

    private static readonly string?[] Types =
    [
        null, "text/plain", "application/json; charset=bogus", "application/json; charset=utf-7", "application/json; charset=\"ibm037\"",
        "application/json; charset=utf-16", "application/json;;;", "a/b/c", "application/x-www-form-urlencoded; charset=utf-7",
        "application/json; charset=\"utf-8\"", "multipart/form-data; boundary=", "multipart/form-data; boundary=x",
        "multipart/form-data", "multipart/form-data; boundary=x; charset=utf-7",
    ];

    private static readonly string[] Queries =
    [
        "before=NaN", "before=99999999999999999999", "before=-9223372036854775808", "after=_", "after=NaN_1",
        "after=1e308_9223372036854775807",
        "take=-1", "take=2147483648", "text=%00", "text=%ED%A0%80", "text=%22*", "sort=--", "skips=..", "answered=9999-12-31..0001-01-01",
        "seconds=1e400..", "metadata.=1", "countOnly=x", "kind=%00", "person=%F0", "fileName=%2e%2e%2f%00", "=", "[]", "%",
        "returnUrl=%00//",
    ];

    [Fact]
    public async Task EveryRoute_WithBodiesTypesAndQueriesOfNoUse_NeverFails()
    {
        using var client = portal.Server.CreateClient();
        List<string> failed = [];
        foreach (var (pattern, method) in Endpoints.Of(portal).Where(e => !e.Pattern.Contains("backup", StringComparison.Ordinal)))
        {
            var path = Regex.Replace(pattern, "{\\**([^}:]+)(:[^}]*)?}", m =>
                m.Groups[1].Value.Equals("id", StringComparison.OrdinalIgnoreCase) ? $"{portal.ProjectId}" : "1");
            var column = pattern.StartsWith("/api", StringComparison.Ordinal) || pattern.StartsWith("/hubs", StringComparison.Ordinal)
                ? "t-led" : "lead";
            if (method == "GET")
                foreach (var query in Queries) await AskAsync(HttpMethod.Get, $"{path}?{query}", null, null);
            else
            {
                // whoever signs out knocks at nothing more
                if (pattern == "/sign-out") continue;
                foreach (var body in Bodies) await AskAsync(new(method), path, body, "application/json");
                foreach (var type in Types) await AskAsync(new(method), path, "{}", type);
            }

            async Task AskAsync(HttpMethod how, string where, string? body, string? type)
            {
                using var request = new HttpRequestMessage(how, where);
                if (body is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                if (type is not null) request.Content!.Headers.TryAddWithoutValidation("Content-Type", type);
                foreach (var (name, value) in portal.Principals[column]) request.Headers.TryAddWithoutValidation(name, value);
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                if ((int)answer.StatusCode < 500) return;
                failed.Add($"{how} {where} {type} {body?[..Math.Min(60, body.Length)]}: {answer.StatusCode}");
            }
        }
        Assert.True(failed.Count == 0, $"{failed.Count}:\n{string.Join('\n', failed.Take(40))}");
    }

    [Fact]
    public void EveryRouteOfTheApi_SaysHowLongABodyMayBe()
    {
        foreach (var endpoint in portal.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>())
            if (endpoint.RoutePattern.RawText is { } pattern && pattern.StartsWith("/api/v1/", StringComparison.Ordinal)
                && !pattern.EndsWith("openapi.json", StringComparison.Ordinal))
                Assert.Equal((pattern, pattern.EndsWith("/uploads", StringComparison.Ordinal) ? ImportLimits.UploadBytes + 1 : 4 << 20),
                    (pattern, endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize));
    }

    [Theory]
    [InlineData("/sign-in", "passkey", "Credential"), InlineData("/account", "passkey-add", "Input.Credential")]
    public async Task Passkey_ThatNobodyAskedFor_IsRefusedInWords(string path, string form, string field)
    {
        await using var own = new PortalFactory();
        await own.AddPersonAsync("ada");
        var browser = path == "/account" ? await own.SignedInAsync("ada") : own.Browser();

        foreach (var credential in new[] { "{}", "null", "x", "\u202E" })
        {
            var answer = await PortalFactory.PostFormAsync(browser, path, form, new() { [field] = credential });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("passkey", WebUtility.HtmlDecode(Regex.Match(await answer.Content.ReadAsStringAsync(),
                "<div class=\"form-errors\"[^>]*>(.*?)</div>", RegexOptions.Singleline).Value));
        }
    }
}
