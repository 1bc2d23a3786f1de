using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataEfficiency.Cli.Simulation;

/// <summary>How one annotator gets in: by an access token, or by name and password through the sign-in page.</summary>
public sealed partial record SimulatedPerson(string NameOrToken, string? Password)
{
    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    /// <exception cref="InvalidDataException">The file has too few lines.</exception>
    public static IReadOnlyList<SimulatedPerson> Read(FileInfo file, int needed)
    {
        if (!file.Exists)
            throw new FileNotFoundException($"There is no file {file.FullName} with the annotators: one a line, a token or NAME PASSWORD.");
        var people = File.ReadLines(file.FullName).Select(l => l.Trim()).Where(l => l.Length > 0).Take(needed).Select(Of).ToList();
        return people.Count == needed ? people : throw new InvalidDataException(
            $"{file.FullName} has {people.Count} annotators, --annotators asks for {needed}: add lines, or ask for fewer.");
    }

    public static SimulatedPerson Of(string line) =>
        line.IndexOf(' ') is > 0 and var end ? new(line[..end], line[(end + 1)..].TrimStart()) : new(line, null);

    /// <summary>Lets the client speak for this person from now on.</summary>
    public async Task SignInAsync(HttpClient client, CancellationToken cancel)
    {
        if (Password is null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", NameOrToken);
            return;
        }
        var page = await client.GetStringAsync("/sign-in", cancel);
        using var answer = await client.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in", ["__RequestVerificationToken"] = FormToken().Match(page).Groups[1].Value,
            ["Input.UserName"] = NameOrToken, ["Input.Password"] = Password,
        }), cancel);
        // the page comes again where name or password are wrong
        if ((int)answer.StatusCode is < 300 or >= 400)
            throw new ArgumentException($"The portal does not let '{NameOrToken}' in (status {(int)answer.StatusCode}): check name and "
                + "password. It takes about 40 sign-ins at once from one address; access tokens have no such limit.");
        var token = await client.GetFromJsonAsync<JsonElement>("/api/v1/antiforgery", cancel);
        client.DefaultRequestHeaders.Add(token.GetProperty("header").GetString()!, token.GetProperty("token").GetString());
    }
}
