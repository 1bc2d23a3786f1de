using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataEfficiency.Cli.Simulation;

/// <summary>
/// One person at one tab, as the label page does it: a deck of cards, an answer that stays until it is acknowledged, and the next card in
/// the reply. Random only in what is answered.
/// </summary>
internal sealed class SimulatedAnnotator(int number, LoadPlan plan, HttpClient client, LoadRecord record)
{
    private const int DeckSize = 3;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);
    private readonly string _token = Guid.NewGuid().ToString();
    private readonly Random _random = new(unchecked((int)(plan.Seed * 7919 + number)));
    private readonly List<long> _cards = [];
    private JsonObject? _unsent;
    private string? _user;
    private int[] _choices = [];
    private long? _withoutCard = Stopwatch.GetTimestamp();

    public async Task RunAsync(CancellationToken ending)
    {
        // evenly over the first pause: a crowd, not a volley
        var due = Stopwatch.StartNew();
        var next = plan.Pause * number / plan.Annotators;
        while (!ending.IsCancellationRequested)
        {
            // after an outage everybody looks at once, as people do who load the page again
            if (record.Misses(number)) _cards.Clear();
            if (_cards.Count == 0 && (_unsent is null || record.Misses(number)))
            {
                if (!await DeckAsync(ending) || _cards.Count == 0) await Task.Delay(Retry, ending);
                continue;
            }
            var wait = next - due.Elapsed;
            if (wait > Retry)
            {
                await Task.Delay(Retry, ending);
                continue;
            }
            if (wait > TimeSpan.Zero) await Task.Delay(wait, ending);
            if (wait < -TimeSpan.FromSeconds(1)) record.Late();
            if (!await AnswerAsync(ending)) await Task.Delay(Retry, ending);
            else next = next + plan.Pause > due.Elapsed ? next + plan.Pause : due.Elapsed;
        }
    }

    private async Task<bool> DeckAsync(CancellationToken ending)
    {
        var deck = Deck(DeckSize - (_unsent is null ? 0 : 1));
        deck["withSchema"] = _user is null;
        return await PostAsync("deck", false, deck, ending) is { } reply && Take(reply, false);
    }

    private async Task<bool> AnswerAsync(CancellationToken ending)
    {
        _unsent ??= NewAnswer();
        // as the page: the card on screen is gone, the answer under way still has its place in the deck
        var body = new JsonObject { ["deck"] = Deck(DeckSize - _cards.Count), ["records"] = new JsonArray(_unsent.DeepClone()) };
        return await PostAsync("answers", true, body, ending) is { } reply && Take(reply, true);
    }

    private JsonObject NewAnswer()
    {
        var item = _cards[0];
        _cards.RemoveAt(0);
        var answer = _choices.Length > 0 ? new JsonObject { ["label"] = _choices[_random.Next(_choices.Length)] }
            : new JsonObject { ["text"] = $"answer {_random.Next(100)}" };
        return new JsonObject
        {
            ["submissionId"] = Guid.NewGuid(), ["user"] = _user, ["itemId"] = item, ["answer"] = answer, ["startedAt"] = 0,
            ["activeMs"] = Math.Max(200, (int)Math.Min(60_000, plan.Pause.TotalMilliseconds)),
        };
    }

    private JsonObject Deck(int want)
    {
        var have = _cards.Concat(_unsent is { } unsent ? [unsent["itemId"]!.GetValue<long>()] : []);
        return new JsonObject
        {
            ["token"] = _token, ["dead"] = new JsonArray(), ["have"] = new JsonArray([.. have.Select(i => (JsonNode)i)]), ["want"] = want,
        };
    }

    /// <summary>The reply; null: the portal was not reached or did not take the request, which stays to be sent again.</summary>
    private async Task<JsonElement?> PostAsync(string route, bool submit, JsonObject body, CancellationToken ending)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{plan.Project}/{route}", body, ending);
            if (!answer.IsSuccessStatusCode)
            {
                record.Error(((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
                return null;
            }
            var reply = await answer.Content.ReadFromJsonAsync<JsonElement>(ending);
            record.Answered(number, submit, Stopwatch.GetElapsedTime(began));
            return reply;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException
            || e is OperationCanceledException && !ending.IsCancellationRequested)
        {
            record.Unreached();
            return null;
        }
    }

    /// <returns>False: the answer that was sent is not acknowledged.</returns>
    private bool Take(JsonElement reply, bool sent)
    {
        _user ??= reply.GetProperty("user").GetString();
        if (reply.GetProperty("schema") is { ValueKind: JsonValueKind.Object } schema)
            _choices = [.. schema.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("id").GetInt32())];
        if (sent && _unsent is not null)
        {
            // nothing but its own id, repeated, takes an answer out of the hand
            var id = _unsent["submissionId"]!.GetValue<Guid>();
            bool Names(JsonElement e) => e.GetProperty("submissionId").GetGuid() == id;
            if (reply.GetProperty("acknowledged").EnumerateArray().Any(Names)) record.Acknowledge();
            else if (reply.GetProperty("refused").EnumerateArray().FirstOrDefault(Names) is { ValueKind: JsonValueKind.Object } refusal)
                record.Error(refusal.GetProperty("code").GetString() ?? "refused");
            else
            {
                record.Error("not acknowledged");
                return false;
            }
            _unsent = null;
        }
        _cards.AddRange(reply.GetProperty("cards").EnumerateArray().Select(c => c.GetProperty("itemId").GetInt64()));
        if (_cards.Count == 0)
        {
            _withoutCard ??= Stopwatch.GetTimestamp();
            record.Empty(reply.GetProperty("end") is { ValueKind: JsonValueKind.Object } end ? end.GetProperty("code").GetString()!
                : "without a reason");
        }
        else if (_withoutCard is { } since)
        {
            record.Waited(Stopwatch.GetElapsedTime(since));
            _withoutCard = null;
        }
        return true;
    }
}
