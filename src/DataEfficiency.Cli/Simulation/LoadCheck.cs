using System.Net.Http.Json;
using System.Text.Json;

namespace DataEfficiency.Cli.Simulation;

/// <summary>An answer that the portal has acknowledged.</summary>
/// <param name="Answer">In people's words: names of labels, marked parts, or what was written; empty: none.</param>
public sealed record SentAnswer(Guid Submission, long Item, string User, string Answer);

/// <summary>The acknowledged answers beside what the project's native export has afterwards.</summary>
/// <param name="Found">Acknowledged answers that are there as they were sent.</param>
/// <param name="Lost">Those that are not there, or say something else.</param>
/// <param name="Answered">Items that somebody answered.</param>
/// <param name="BySeveral">Those of them that several people were asked for, and answered.</param>
/// <param name="OverCapacity">Items with more answers that count than people were asked for.</param>
/// <param name="Repeated">Items that one person answered more than once.</param>
/// <param name="Surplus">Answers beyond what was asked: kept, and not counted.</param>
public sealed record LoadCheck(int Found, IReadOnlyList<SentAnswer> Lost, int Answered, int BySeveral, int OverCapacity, int Repeated,
    int Surplus)
{
    private const int Shown = 10;

    public bool Holds => Lost.Count == 0 && OverCapacity == 0 && Repeated == 0;

    /// <param name="client">Of a lead: nobody else may export.</param>
    /// <exception cref="HttpRequestException">The export is not to be had.</exception>
    public static async Task<LoadCheck> OfAsync(HttpClient client, int project, IReadOnlyList<SentAnswer> sent, CancellationToken cancel)
    {
        using var export = await client.GetAsync($"/api/v1/projects/{project}/export/native",
            HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!export.IsSuccessStatusCode)
            throw new HttpRequestException($"The export of project {project} answers {(int)export.StatusCode}: --lead has to name a lead "
                + "of it, as a line of --people does.");
        using var lines = new StreamReader(await export.Content.ReadAsStreamAsync(cancel));
        var stored = new Dictionary<Guid, string>();
        int answered = 0, several = 0, over = 0, repeated = 0, surplus = 0;
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            var item = JsonSerializer.Deserialize<JsonElement>(line);
            List<JsonElement> answers = [.. item.GetProperty("answers").EnumerateArray()];
            foreach (var answer in answers)
                stored[answer.GetProperty("submission").GetGuid()] = Words(answer);
            bool Is(JsonElement answer, string role) => answer.TryGetProperty("role", out var said) && said.GetString() == role;
            var counting = answers.Where(a => !Is(a, "gold") && !Is(a, "surplus")).ToList();
            if (answers.Count > 0) answered++;
            if (counting.Count > 1) several++;
            if (counting.Count > item.GetProperty("places").GetInt32()) over++;
            if (answers.Select(a => a.GetProperty("by").GetString()).Distinct().Count() < answers.Count) repeated++;
            surplus += answers.Count(a => Is(a, "surplus"));
        }
        var lost = sent.Where(s => !stored.TryGetValue(s.Submission, out var kept) || kept != s.Answer).ToList();
        return new(sent.Count - lost.Count, lost, answered, several, over, repeated, surplus);
    }

    // that there is none is said in the reader's words
    private static string Words(JsonElement answer) => answer.GetProperty("answer").EnumerateObject()
        .Any(p => p.Value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0) ? ""
        : answer.GetProperty("words").GetString()!;

    public IEnumerable<string> Lines()
    {
        yield return $"export: {Found} of {Found + Lost.Count} acknowledged answers are there, {Answered} items answered, {BySeveral} of "
            + $"them by several people, {OverCapacity} by more than were asked, {Repeated} twice by one person, {Surplus} answers surplus";
        foreach (var lost in Lost.Take(Shown)) yield return $"LOST: answer {lost.Submission} to item {lost.Item}: {lost.Answer}";
    }
}
