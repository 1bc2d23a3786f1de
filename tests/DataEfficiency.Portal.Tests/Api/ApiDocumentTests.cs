using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Tests.Security;
using Xunit;

namespace DataEfficiency.Portal.Tests.Api;

public sealed class ApiDocumentTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
    [Fact]
    public async Task Document_ReadByAProgram_DescribesEveryRouteOfTheApi()
    {
        using var client = await portal.WithTokenAsync(portal.People["annotator"].Id);
        var document = await client.GetFromJsonAsync<JsonElement>(ApiDocument.Path);

        var described = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()
            .Select(m => $"{m.Name.ToUpperInvariant()} {p.Name}"));
        var mapped = Endpoints.Of(portal).Where(e => e.Pattern.StartsWith("/api/v1/", StringComparison.Ordinal)
            && e.Pattern != ApiDocument.Path)
            .Select(e => $"{e.Method} {Regex.Replace(e.Pattern, ":[a-z]+}", "}")}");
        Assert.Equal(mapped.Order(), described.Order());
    }

    [Fact]
    public async Task Reader_OfTheApi_LoadsOnlyScriptsOfItsOwnByTheNonceOfItsPolicy()
    {
        var browser = await portal.SignedInAsync("annotator");

        var answer = await browser.GetAsync(ApiDocument.Reader + "/");

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        var page = await answer.Content.ReadAsStringAsync();
        var scripts = Regex.Matches(page, "<script[^>]*>").Select(m => WebUtility.HtmlDecode(m.Value)).ToList();
        Assert.NotEmpty(scripts);
        Assert.All(scripts, script => Assert.Contains($"nonce=\"{nonce}\"", script));
        Assert.DoesNotContain("https://", string.Concat(scripts));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"{ApiDocument.Reader}/scalar.js")).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/projects/999999/export.xlsx", "annotator", HttpStatusCode.NotFound, "not-found")]
    [InlineData("/api/v1/backup", "annotator", HttpStatusCode.Forbidden, "role")]
    [InlineData("/api/v1/antiforgery", null, HttpStatusCode.Unauthorized, "signed-out")]
    [InlineData("/api/v1/nothing", "annotator", HttpStatusCode.NotFound, "not-found")]
    public async Task Refusal_OfTheApi_IsAProblemWithACode(string path, string? person, HttpStatusCode status, string code)
    {
        using var client = person is null ? portal.Browser() : await portal.WithTokenAsync(portal.People[person].Id);

        var answer = await client.GetAsync(path);

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Object, problem.GetProperty("arguments").ValueKind);
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("sentence").GetString()));
    }

    [Fact]
    public async Task Refusal_WithValuesInItsSentence_HasThemAsArguments()
    {
        using var client = await portal.WithTokenAsync(portal.People["annotator"].Id);

        var answer = await client.PostAsJsonAsync("/api/v1/tabs/alive", new { token = new string('x', 100) });

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("too-long", problem.GetProperty("code").GetString());
        Assert.Equal("token-too-long", problem.GetProperty("sentence").GetString());
        Assert.Equal((64, 100), (problem.GetProperty("arguments").GetProperty("most").GetInt32(),
            problem.GetProperty("arguments").GetProperty("characters").GetInt32()));
        Assert.Equal("A tab's token has at most 64 characters, this one has 100.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Document_ReadByAProgram_ListsEveryCode()
    {
        using var client = await portal.WithTokenAsync(portal.People["annotator"].Id);
        var document = await client.GetFromJsonAsync<JsonElement>(ApiDocument.Path);

        var said = document.GetProperty("info").GetProperty("description").GetString()!;
        Assert.True(ApiCodes.All.Count > 30);
        Assert.All(ApiCodes.All, code => Assert.Contains($"`{code}`", said));
    }
}
