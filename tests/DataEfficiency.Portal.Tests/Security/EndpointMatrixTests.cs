using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>
/// Every endpoint that the portal has, asked by everybody: the answers are those of endpoints.txt, cell by cell. A new endpoint needs its
/// row there, and one that went has none.
/// </summary>
public sealed class EndpointMatrixTests(MatrixPortal portal) : IClassFixture<MatrixPortal>
{
    private const string Deck = "{\"token\":\"tab\",\"dead\":[],\"have\":[],\"want\":0}";

    // what a browser of ours sends: whoever may is answered 200, so that a refusal is one of rights
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["deck"] = Deck, ["answers"] = $"{{\"deck\":{Deck},\"records\":[]}}", ["skip"] = $"{{\"deck\":{Deck},\"records\":[]}}",
        ["remarks"] = $"{{\"deck\":{Deck},\"records\":[]}}", ["drafts"] = "{\"records\":[]}", ["recent"] = "{\"itemId\":null}",
        ["renew"] = "{\"token\":\"tab\",\"keep\":[],\"free\":[]}", ["keys"] = "{\"bare\":true,\"changed\":{}}",
        ["alive"] = "{\"token\":\"tab\"}",
        ["uploads"] = "text,label\nhow much is it,price\nwhere are you,place\n",
    };

    [Fact]
    public async Task EveryEndpoint_AskedByEverybody_AnswersAsTheTableSays()
    {
        var lines = (await File.ReadAllLinesAsync(Path.Combine(PortalFactory.RepositoryRoot, "tests", "DataEfficiency.Portal.Tests",
            "Security", "endpoints.txt"))).Where(l => l.Length > 0 && l[0] != '#').Select(Cells).ToList();
        var columns = lines[0][2..];
        var listed = lines.Skip(1).ToDictionary(l => $"{l[0]} {l[1]}", l => l[2..]);
        var wrong = new List<string>();
        using var client = portal.Server.CreateClient();

        // who has signed out is nobody any more
        foreach (var (pattern, method) in Endpoints.Of(portal).OrderBy(e => e.Pattern == "/sign-out").ThenBy(e => e))
        {
            var answers = new List<string>();
            foreach (var column in columns) answers.Add(await AskAsync(client, method, pattern, portal.Principals[column]));
            if (!listed.Remove($"{method} {pattern}", out var expected)) wrong.Add("not listed: " + Row(method, pattern, answers));
            else if (!expected.SequenceEqual(answers))
                wrong.Add($"{Row(method, pattern, answers)}\n     instead of {Row("", "", expected)}");
        }
        wrong.AddRange(listed.Keys.Select(gone => "there is no such endpoint any more: " + gone));

        Assert.Equal(portal.Principals.Keys.Order(), columns.Order());
        Assert.True(wrong.Count == 0, $"{wrong.Count} rows:\n{string.Join('\n', wrong)}");
    }

    private async Task<string> AskAsync(HttpClient client, string method, string pattern, Dictionary<string, string> headers)
    {
        var path = Regex.Replace(pattern, "{\\**([^}:]+)(:[^}]*)?}", m => m.Groups[1].Value switch
        {
            "id" => $"{portal.ProjectId}",
            "Id" => pattern.StartsWith("/people", StringComparison.Ordinal) ? portal.PersonId : $"{portal.ProjectId}",
            "import" => $"{portal.ImportId}",
            "Code" => "404",
            _ => "1",
        });
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method != "GET")
            request.Content = pattern.StartsWith("/api", StringComparison.Ordinal)
                ? new StringContent(Bodies.GetValueOrDefault(pattern.Split('/')[^1], "{}"), Encoding.UTF8, "application/json")
                : new FormUrlEncodedContent([]);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode == HttpStatusCode.Redirect && response.Headers.Location!.OriginalString.Contains("/sign-in?")
            ? "in" : $"{(int)response.StatusCode}";
    }

    private static string Row(string method, string pattern, IEnumerable<string> cells) =>
        $"{method,-6} {pattern,-46} {string.Concat(cells.Select(c => $"{c,-6}"))}".TrimEnd();

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

internal static class Endpoints
{
    /// <summary>Every endpoint's pattern and method. Files of wwwroot and of packages are one row: there are hundreds, all alike.</summary>
    public static IEnumerable<(string Pattern, string Method)> Of(PortalFactory portal) =>
        (from endpoint in portal.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
         let isFile = endpoint.Metadata.Any(m => m.GetType().Name == "StaticAssetDescriptor")
         let pattern = isFile ? "/css/app.css" : "/" + endpoint.RoutePattern.RawText?.TrimStart('/')
         from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
             ?? [pattern.EndsWith("/negotiate", StringComparison.Ordinal) ? "POST" : "GET"]
         where method != "HEAD"
         select (pattern, method)).Distinct();
}
