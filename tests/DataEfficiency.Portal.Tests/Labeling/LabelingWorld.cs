using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>A portal with one project of made-up items, a clock that only tests move, and a doorbell that counts.</summary>
public class LabelingWorld : PortalFactory
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public ManualTime Clock { get; } = new();

    public CountingDoorbell Doorbell { get; } = new();

    public int ProjectId { get; private set; }

    public IReadOnlyList<int> LabelIds { get; private set; } = [];

    public LabelingWorld() => ConfigureServices = services =>
    {
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IEstimateDoorbell>(Doorbell);
    };

    public async Task AddPoolAsync(int items, int drawn = 0, bool ranked = true, TaskType type = TaskType.SingleChoice, int labels = 4,
        int hidden = 0) =>
        (ProjectId, LabelIds) = await this.AddLabelPoolAsync(items, drawn, ranked, type,
            [.. Enumerable.Range(0, labels).Select(i => $"label {i}")], hidden);

    public async Task<Annotator> AddAnnotatorAsync(string name)
    {
        var user = await AddPersonAsync(name);
        await AddMemberAsync(ProjectId, user.Id, ProjectRole.Annotator);
        return new Annotator(this, user.Id, await WithTokenAsync(user.Id));
    }

    /// <summary>The last items of the random order, answered from it.</summary>
    public Task AddRandomAnswersAsync(int count) => Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        db.Users.Add(new AppUser { Id = "r", DisplayName = "Ros" });
        foreach (var slot in await db.Slots.Where(s => s.ProjectId == ProjectId).OrderByDescending(s => s.RandomRank).Take(count)
            .ToListAsync(token))
        {
            var answer = new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = ProjectId, ItemId = slot.ItemId, UserId = "r", LabelId = LabelIds[0],
                AnswerText = "answer 0", Stratum = Stratum.Random,
            };
            db.Answers.Add(answer);
            await db.SaveChangesAsync(token);
            (slot.AnswerId, slot.UserId, slot.Queue) = (answer.Id, "r", Stratum.Random);
            await FinalAnswers.SettleAsync(db, await db.Projects.SingleAsync(p => p.Id == ProjectId, token), slot.ItemId, token);
        }
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);

    /// <summary>The item of this random rank is on a person's screen.</summary>
    public Task SetSlotAsync(int rank, string user) => Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) =>
        db.Slots.Where(s => s.ProjectId == ProjectId && s.RandomRank == rank).ExecuteUpdateAsync(s => s.SetProperty(x => x.UserId, user)
            .SetProperty(x => x.LeaseUntil, long.MaxValue / 2).SetProperty(x => x.Queue, Stratum.Random), token), CancellationToken.None);

    /// <summary>Draws the test set, as an import does in the end.</summary>
    public Task DrawTestSetAsync(int validation, int test) => Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        var project = await db.Projects.SingleAsync(p => p.Id == ProjectId, token);
        (project.ValidationSize, project.TestSize) = (validation, test);
        await db.SaveChangesAsync(token);
        await TestSet.DrawAsync(db, project, token);
    }, CancellationToken.None);

    public Task SetProjectAsync(Action<Project> change) => Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        change(await db.Projects.SingleAsync(p => p.Id == ProjectId, token));
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);
}

/// <summary>One person at one browser tab, speaking the label page's API.</summary>
public sealed class Annotator(LabelingWorld world, string userId, HttpClient client)
{
    public string UserId => userId;

    public HttpClient Client => client;

    public string Token { get; init; } = Guid.NewGuid().ToString();

    public Annotator OtherTab() => new(world, userId, client);

    public DeckRequest Deck(int want = 1, string[]? dead = null, params long[] have) => new(Token, dead ?? [], have, want);

    public async Task<DeckReply> NextAsync(int want = 1, string[]? dead = null, params long[] have) =>
        await ReadAsync<DeckReply>("deck", Deck(want, dead, have));

    public AnswerRecord Answer(long itemId, int label = 0, Guid? id = null) => new(id ?? Guid.NewGuid(), userId, itemId,
        JsonSerializer.SerializeToElement(new { label = world.LabelIds[label] }), 0, 1000);

    public async Task<DeckReply> SubmitAsync(params AnswerRecord[] records) =>
        await ReadAsync<DeckReply>("answers", new AnswersRequest(Deck(0), records));

    public async Task<DeckReply> SkipAsync(long itemId, string reason = "unclear") =>
        await ReadAsync<DeckReply>("skip", new SkipsRequest(Deck(0), [new SkipRecord(Guid.NewGuid(), userId, itemId, reason)]));

    public async Task<T> ReadAsync<T>(string route, object body)
    {
        using var response = await PostAsync(route, body);
        var text = await response.Content.ReadAsStringAsync();
        // where every record was refused, the reply that says why comes with a 4xx
        if (response.StatusCode != HttpStatusCode.OK && !(typeof(T) == typeof(DeckReply)
            && text.Contains("\"refused\":[{", StringComparison.Ordinal)))
            throw new HttpRequestException($"{route}: {(int)response.StatusCode} {text}");
        return JsonSerializer.Deserialize<T>(text, LabelingWorld.Json)!;
    }

    public Task<HttpResponseMessage> SayAliveAsync() => client.PostAsJsonAsync("/api/v1/tabs/alive", new AliveRequest(Token));

    public Task<HttpResponseMessage> PostAsync(string route, object body) =>
        client.PostAsJsonAsync($"/api/v1/projects/{world.ProjectId}/{route}", body);
}

public sealed class CountingDoorbell : IEstimateDoorbell
{
    public ConcurrentQueue<int> Rings { get; } = [];

    public void Ring(int projectId) => Rings.Enqueue(projectId);
}

/// <summary>Starts at the real time, since sign-in tickets look at it too; then moves only when told.</summary>
public sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan time) => _now += time;
}
