using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Webhooks;

/// <summary>A webhook that is told of everything and sent nothing: what other rooms tell lies in its outbox.</summary>
internal static class Listening
{
    public static Task ListenAsync(this PortalFactory portal, int projectId) => portal.Services.GetRequiredService<WriteQueue>()
        .WriteAsync(async (db, token) =>
        {
            db.Webhooks.Add(new Webhook { ProjectId = projectId, Url = "https://receiver.invalid/",
                Events = WebhookNames.All.Aggregate((one, other) => one | other) });
            await db.SaveChangesAsync(token);
            await WebhookBook.ListenAsync(db, projectId, token);
        }, CancellationToken.None);

    public static async Task<List<(string Event, JsonElement Data)>> ToldAsync(this PortalFactory portal, int projectId)
    {
        await using var db = await portal.OpenDbAsync();
        var bodies = await db.WebhookDeliveries.Where(d => db.Webhooks.Any(w => w.Id == d.WebhookId && w.ProjectId == projectId))
            .OrderBy(d => d.Id).Select(d => d.Body).ToListAsync();
        return [.. bodies.Select(b => JsonDocument.Parse(b).RootElement)
            .Select(b => (b.GetProperty("event").GetString()!, b.GetProperty("data")))];
    }
}
