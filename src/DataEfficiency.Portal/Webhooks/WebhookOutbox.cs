using System.Text.Encodings.Web;
using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>
/// Notes what webhooks are told of, in the transaction of what happened: neither is there without the other. Whether anybody listens
/// stands on the project's own row, so that where nobody does it costs nothing, and one statement else.
/// </summary>
public static class WebhookOutbox
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // a body is no page: a name is sent as it is written
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="project">At least its id and what it is listened to for.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="data">What happened; people's texts are not in it, a program that may read them asks for them.</param>
    public static Task AddAsync(AppDbContext db, Project project, WebhookEvents happened, long now, Func<object> data,
        CancellationToken cancellation) => project.WebhookEvents.HasFlag(happened)
            ? InsertAsync(db, project.Id, happened, now, data(), cancellation) : Task.CompletedTask;

    /// <summary>The same for who has not read the project.</summary>
    public static async Task AddAsync(AppDbContext db, int projectId, WebhookEvents happened, long now, Func<object> data,
        CancellationToken cancellation)
    {
        var project = await db.Projects.Where(p => p.Id == projectId)
            .Select(p => new Project { Id = p.Id, WebhookEvents = p.WebhookEvents }).SingleOrDefaultAsync(cancellation);
        if (project is not null) await AddAsync(db, project, happened, now, data, cancellation);
    }

    // one statement for all that listen; the rows of the webhooks themselves decide, inside the same transaction
    private static Task InsertAsync(AppDbContext db, int projectId, WebhookEvents happened, long now, object data,
        CancellationToken cancellation)
    {
        var id = Guid.NewGuid();
        var body = JsonSerializer.Serialize(new
        {
            id, @event = WebhookNames.Of(happened), project = projectId, at = DateTimeOffset.FromUnixTimeMilliseconds(now), data,
        }, Json);
        var (flag, paused) = ((int)happened, (int)WebhookFault.Paused);
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO "WebhookDeliveries" ("WebhookId","EventId","Event","Body","CreatedAt","DueAt","Tries","Fault")
            SELECT "Id",{id},{flag},{body},{now},CASE WHEN "PausedAt" IS NULL THEN {now} END,0,
            CASE WHEN "PausedAt" IS NOT NULL THEN {paused} END FROM "Webhooks"
            WHERE "ProjectId"={projectId} AND ("Events"&{flag})<>0 AND "RemovedAt" IS NULL
            """, cancellation);
    }
}
