using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Api;

/// <summary>A program that got no answer asks again under the same key: it is told what was done, and nothing is done twice.</summary>
public sealed class IdempotencyKeys(WriteQueue writes, TimeProvider clock)
{
    public const string Header = "Idempotency-Key";

    /// <summary>So long a key is known.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int Longest = 100;

    /// <summary>One that took longer was cut off: the key may go on with what is left.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);

    /// <param name="key">Null or empty: it is done, however often it was asked.</param>
    /// <param name="request">What is asked, with the name of its route.</param>
    /// <param name="act">Returns what was done, which is stored for a day (so no secret), or why not.</param>
    public async Task<(T? Done, ProblemHttpResult? Problem)> OnceAsync<T>(int projectId, string userId, string? key, object request,
        Func<Task<(T?, ProblemHttpResult?)>> act, CancellationToken cancellation) where T : class
    {
        if (string.IsNullOrEmpty(key)) return await act();
        if (key.Length > Longest) return (null, ApiProblem.BadRequest(ApiCodes.TooLong, ApiWords.KeyTooLong(Longest)));
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request));
        var (id, known, problem) = await writes.WriteAsync((db, token) => BeginAsync(db, projectId, userId, key, hash, token),
            cancellation);
        if (problem is not null) return (null, problem);
        if (known is not null) return (JsonSerializer.Deserialize<T>(known), null);
        T? done = null;
        try
        {
            (done, problem) = await act();
            return (done, problem);
        }
        finally
        {
            var answered = done is null ? null : JsonSerializer.Serialize(done);
            // what was refused or failed may be asked again
            await writes.WriteAsync((db, token) => answered is null ? db.BulkRuns.Where(r => r.Id == id).ExecuteDeleteAsync(token)
                : db.BulkRuns.Where(r => r.Id == id).ExecuteUpdateAsync(r => r.SetProperty(x => x.Reply, answered), token),
                CancellationToken.None);
        }
    }

    private async Task<(long, string?, ProblemHttpResult?)> BeginAsync(AppDbContext db, int projectId, string userId, string key,
        byte[] hash, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var old = now - (long)Kept.TotalMilliseconds;
        await db.BulkRuns.Where(r => r.CreatedAt < old).ExecuteDeleteAsync(cancellation);
        var run = await db.BulkRuns.SingleOrDefaultAsync(r => r.ProjectId == projectId && r.UserId == userId && r.Key == key, cancellation);
        if (run is not null && !run.Hash.SequenceEqual(hash)) return (0, null, Conflict(ApiCodes.OtherKey, ApiWords.KeyUsed));
        if (run?.Reply is { } reply) return (0, reply, null);
        if (run is not null && run.CreatedAt > now - (long)LongestRun.TotalMilliseconds)
            return (0, null, Conflict(ApiCodes.UnderWay, ApiWords.StillUnderWay));
        if (run is null)
            db.BulkRuns.Add(run = new BulkRun { ProjectId = projectId, UserId = userId, Key = key, Hash = hash });
        run.CreatedAt = now;
        await db.SaveChangesAsync(cancellation);
        return (run.Id, null, null);
    }

    private static ProblemHttpResult Conflict(string code, Sentences.Said why) => ApiProblem.Of(StatusCodes.Status409Conflict, code, why);
}
