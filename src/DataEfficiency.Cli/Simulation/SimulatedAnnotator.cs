using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataEfficiency.Cli.Simulation;

/// <summary>
/// One person at one tab, as the label page does it: a deck of cards, an answer that stays until it is acknowledged, and the next card in
/// the reply. What is answered is right as often as the plan says; random, but the same with the same seed.
/// </summary>
internal sealed class SimulatedAnnotator(int number, LoadPlan plan, HttpClient client, LoadRecord record)
{
    private const int DeckSize = 3;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);
    // nobody closes the browser again and again: the cards of three closed ones would be all that a person may hold
    private static readonly TimeSpan BetweenLeaving = TimeSpan.FromSeconds(30);
    private readonly TimeSpan _pause = plan.PauseOf(number);
    private readonly double? _accuracy = plan.AccuracyOf(number);
    private string _token = Guid.NewGuid().ToString();
    private readonly Random _random = new(unchecked((int)(plan.Seed * 7919 + number)));
    private readonly List<(long Item, string Text)> _cards = [];
    private JsonObject? _unsent;
    private string? _user;
    private SimulatedTask? _task;
    private SimulatedAnswer? _given;
    private bool? _isRight;
    private long? _withoutCard = Stopwatch.GetTimestamp(), _left;

    public async Task RunAsync(CancellationToken ending)
    {
        // evenly over the first pause: a crowd, not a volley
        var due = Stopwatch.StartNew();
        var next = _pause * number / plan.Annotators;
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
            else
            {
                next = next + _pause > due.Elapsed ? next + _pause : due.Elapsed;
                if (_random.NextDouble() < plan.Abandoned) Leave();
            }
        }
    }

    /// <summary>The browser is gone and says nothing: its cards wait until their time is over.</summary>
    private void Leave()
    {
        if (_left is { } last && Stopwatch.GetElapsedTime(last) < BetweenLeaving) return;
        _left = _withoutCard = Stopwatch.GetTimestamp();
        _token = Guid.NewGuid().ToString();
        _cards.Clear();
        record.Left();
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
        if (await PostAsync("answers", true, body, ending) is not { } reply || !Take(reply, true)) return false;
        if (_random.NextDouble() < plan.Twice) await AgainAsync((JsonArray)body["records"]!, ending);
        return true;
    }

    /// <summary>As after a reply that was lost on its way: the answer is known, and nothing comes of it.</summary>
    private async Task AgainAsync(JsonArray records, CancellationToken ending)
    {
        var body = new JsonObject { ["deck"] = Deck(0), ["records"] = records.DeepClone() };
        if (await PostAsync("answers", true, body, ending) is not { } reply) return;
        if (reply.GetProperty("acknowledged").GetArrayLength() == 1) record.SentTwice();
        else record.Error("not known again");
    }

    private JsonObject NewAnswer()
    {
        var (item, text) = _cards[0];
        _cards.RemoveAt(0);
        (_given, _isRight) = Answer(item, text);
        return new JsonObject
        {
            ["submissionId"] = Guid.NewGuid(), ["user"] = _user, ["itemId"] = item, ["answer"] = _given.Json, ["startedAt"] = 0,
            ["activeMs"] = Math.Max(200, (int)Math.Min(60_000, _pause.TotalMilliseconds)),
        };
    }

    /// <returns>With it whether it is right; null: nobody knows what would be.</returns>
    private (SimulatedAnswer, bool?) Answer(long item, string text)
    {
        // made up: one and the same for everybody, as long as the seed is
        var right = _accuracy is null ? null : plan.Truth is { } truth
            ? truth.GetValueOrDefault(text) is { } named ? _task!.Of(named, text) : null
            : _task!.Any(new Random(unchecked((int)(plan.Seed * 104729 + item))), text);
        if (right is null) return (_task!.Any(_random, text), null);
        if (_random.NextDouble() >= _accuracy)
            for (var tries = 0; tries < 50; tries++)
                if (_task!.Any(_random, text) is var other && other.Words != right.Words) return (other, false);
        return (right, true);
    }

    private JsonObject Deck(int want)
    {
        var have = _cards.Select(c => c.Item).Concat(_unsent is { } unsent ? [unsent["itemId"]!.GetValue<long>()] : []);
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
            _task = new(schema);
        if (sent && _unsent is not null)
        {
            // nothing but its own id, repeated, takes an answer out of the hand
            var id = _unsent["submissionId"]!.GetValue<Guid>();
            bool Names(JsonElement e) => e.GetProperty("submissionId").GetGuid() == id;
            if (reply.GetProperty("acknowledged").EnumerateArray().Any(Names)) record.Acknowledge(number,
                new(id, _unsent["itemId"]!.GetValue<long>(), _user!, _given!.Words), _isRight);
            else if (reply.GetProperty("refused").EnumerateArray().FirstOrDefault(Names) is { ValueKind: JsonValueKind.Object } refusal)
                record.Error(refusal.GetProperty("code").GetString() ?? "refused");
            else
            {
                record.Error("not acknowledged");
                return false;
            }
            _unsent = null;
        }
        _cards.AddRange(reply.GetProperty("cards").EnumerateArray()
            .Select(c => (c.GetProperty("itemId").GetInt64(), c.GetProperty("text").GetString()!)));
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
