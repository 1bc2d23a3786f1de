using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>A program that got no answer asks again under the same key: it is told what was done, and nothing is done twice.</summary>
public sealed class BulkRuns(WriteQueue writes, TimeProvider clock)
{
    /// <summary>So long a key is known.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>One that took longer was cut off: the key may go on with what is left.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public async Task<(BulkDone?, BulkRefusal?)> OnceAsync(int projectId, string userId, string key, object request,
        Func<Task<(BulkDone?, BulkRefusal?)>> act, CancellationToken cancellation)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request));
        var (id, known, refusal) = await writes.WriteAsync((db, token) => BeginAsync(db, projectId, userId, key, hash, token),
            cancellation);
        if (known is not null || refusal is not null) return (known, refusal);
        BulkDone? done = null;
        try
        {
            (done, refusal) = await act();
            return (done, refusal);
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

    private async Task<(long, BulkDone?, BulkRefusal?)> BeginAsync(AppDbContext db, int projectId, string userId, string key, byte[] hash,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var old = now - (long)Kept.TotalMilliseconds;
        await db.BulkRuns.Where(r => r.CreatedAt < old).ExecuteDeleteAsync(cancellation);
        var run = await db.BulkRuns.SingleOrDefaultAsync(r => r.ProjectId == projectId && r.UserId == userId && r.Key == key, cancellation);
        if (run is not null && !run.Hash.SequenceEqual(hash)) return (0, null, new(ApiCodes.OtherKey, TableWords.KeyUsed));
        if (run?.Reply is { } reply) return (0, JsonSerializer.Deserialize<BulkDone>(reply), null);
        if (run is not null && run.CreatedAt > now - (long)Longest.TotalMilliseconds)
            return (0, null, new(ApiCodes.UnderWay, TableWords.StillUnderWay));
        if (run is null)
            db.BulkRuns.Add(run = new BulkRun { ProjectId = projectId, UserId = userId, Key = key, Hash = hash });
        run.CreatedAt = now;
        await db.SaveChangesAsync(cancellation);
        return (run.Id, null, null);
    }
}
