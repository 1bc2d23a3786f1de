using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>What is set of a webhook.</summary>
public sealed record WebhookSettings(string Url, WebhookEvents Events);

/// <param name="Id">Null where it was refused.</param>
/// <param name="Secret">Readable only now.</param>
public sealed record WebhookMade(int? Id, string? Secret, Said? Refusal);

/// <param name="By">Name of who made it; null: the account is gone.</param>
/// <param name="Leads">Whether that person leads the project still. The webhook is the project's: it goes on without them.</param>
public sealed record WebhookLine(Webhook Hook, string? By, bool Leads);

/// <summary>A project's webhooks and their log, and the only way to change them: a lead asks, inside the change's own
/// transaction.</summary>
public sealed class WebhookBook(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, WebhookSecrets secrets,
    IOptions<WebhookOptions> options, TimeProvider clock)
{
    public const int Most = 10, Page = 50;

    public async Task<IReadOnlyList<WebhookLine>> ListAsync(int projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var hooks = await Of(db, projectId).AsNoTracking().OrderBy(w => w.Id).ToListAsync(cancellation);
        string[] people = [.. hooks.Select(h => h.CreatedBy).Distinct()];
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        var leads = new HashSet<string>();
        foreach (var person in people)
            if (await ProjectAccess.IsLeadAsync(db, person, projectId, cancellation)) leads.Add(person);
        return [.. hooks.Select(h => new WebhookLine(h, names.GetValueOrDefault(h.CreatedBy), leads.Contains(h.CreatedBy)))];
    }

    public async Task<bool> HasAsync(int projectId, int hook, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Of(db, projectId).AnyAsync(w => w.Id == hook, cancellation);
    }

    /// <summary>The log, newest first.</summary>
    /// <param name="before">The last id of the page before; null: the newest.</param>
    public async Task<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(int projectId, int hook, long? before,
        CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == hook && Of(db, projectId).Any(w => w.Id == hook))
            .Where(d => before == null || d.Id < before).OrderByDescending(d => d.Id).Take(Page).ToListAsync(cancellation);
    }

    public async Task<WebhookMade> CreateAsync(ClaimsPrincipal by, int projectId, WebhookSettings settings,
        CancellationToken cancellation)
    {
        if (FaultOf(settings) is { } fault) return new(null, null, fault);
        var (secret, kept) = secrets.New();
        var hook = new Webhook { ProjectId = projectId, ProtectedSecret = kept, CreatedBy = by.PersonId()!, CreatedAt = Now };
        (hook.Url, hook.Events) = (settings.Url.Trim(), settings.Events);
        var refusal = await ChangeAsync(by, projectId, async (db, token) =>
        {
            if (await Of(db, projectId).CountAsync(token) >= Most) return WebhooksWords.TooMany(Most);
            db.Webhooks.Add(hook);
            AuditTrail.Add(db, clock, by.PersonId()!, "webhook.made", after: Words(hook), projectId: projectId);
            return null;
        }, cancellation);
        return refusal is null ? new(hook.Id, secret, null) : new(null, null, refusal);
    }

    /// <summary>What it signs with, for who has just made it; null: it is gone.</summary>
    internal async Task<string?> SecretAsync(int projectId, int id, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Of(db, projectId).Where(w => w.Id == id).Select(w => w.ProtectedSecret).SingleOrDefaultAsync(cancellation)
            is { } kept ? secrets.Read(kept) : null;
    }

    /// <summary>Sets address and events. Returns why not, or null.</summary>
    public async Task<Said?> SetAsync(ClaimsPrincipal by, int projectId, int id, WebhookSettings settings,
        CancellationToken cancellation) => FaultOf(settings) ?? await ChangeAsync(by, projectId, async (db, token) =>
        {
            if (await Of(db, projectId).SingleOrDefaultAsync(w => w.Id == id, token) is not { } hook) return WebhooksWords.Gone;
            var before = Words(hook);
            (hook.Url, hook.Events) = (settings.Url.Trim(), settings.Events);
            AuditTrail.Add(db, clock, by.PersonId()!, "webhook.set", before, Words(hook), projectId);
            return null;
        }, cancellation);

    /// <summary>Pauses, or resumes with what was still to be sent. Returns why not, or null.</summary>
    public Task<Said?> PauseAsync(ClaimsPrincipal by, int projectId, int id, bool pause, CancellationToken cancellation) =>
        ChangeAsync(by, projectId, async (db, token) =>
        {
            if (await Of(db, projectId).SingleOrDefaultAsync(w => w.Id == id, token) is not { } hook) return WebhooksWords.Gone;
            if (pause == hook.PausedAt is not null) return null;
            (hook.PausedAt, hook.PausedBy) = (pause ? Now : null, null);
            if (!pause)
                await db.WebhookDeliveries.Where(d => d.WebhookId == id && d.DueAt != null)
                    .ExecuteUpdateAsync(d => d.SetProperty(x => x.DueAt, Now).SetProperty(x => x.Tries, 0), token);
            AuditTrail.Add(db, clock, by.PersonId()!, pause ? "webhook.paused" : "webhook.resumed", after: Words(hook),
                projectId: projectId);
            return null;
        }, cancellation);

    /// <summary>Returns why not, or null.</summary>
    public Task<Said?> RemoveAsync(ClaimsPrincipal by, int projectId, int id, CancellationToken cancellation) =>
        ChangeAsync(by, projectId, async (db, token) =>
        {
            if (await Of(db, projectId).SingleOrDefaultAsync(w => w.Id == id, token) is not { } hook) return WebhooksWords.Gone;
            hook.RemovedAt = Now;
            AuditTrail.Add(db, clock, by.PersonId()!, "webhook.removed", Words(hook), projectId: projectId);
            return null;
        }, cancellation);

    /// <summary>Sends a delivery of the log once more: the same event, the same body, a row of its own. Returns why not, or
    /// null.</summary>
    public Task<Said?> ReplayAsync(ClaimsPrincipal by, int projectId, int id, long deliveryId, CancellationToken cancellation) =>
        ChangeAsync(by, projectId, async (db, token) =>
        {
            if (await Of(db, projectId).SingleOrDefaultAsync(w => w.Id == id, token) is not { } hook) return WebhooksWords.Gone;
            if (hook.PausedAt is not null) return WebhooksWords.ReplayPaused;
            if (await db.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == deliveryId && d.WebhookId == id, token)
                is not { } sent) return WebhooksWords.DeliveryGone;
            db.WebhookDeliveries.Add(new WebhookDelivery
            {
                WebhookId = id, EventId = sent.EventId, Event = sent.Event, Body = sent.Body, CreatedAt = Now, DueAt = Now,
            });
            return null;
        }, cancellation);

    /// <summary>Writes down on the project what anybody listens to, after a change of its webhooks.</summary>
    internal static async Task ListenAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        var all = await Of(db, projectId).Select(w => w.Events).ToListAsync(cancellation);
        var events = all.Aggregate(WebhookEvents.None, (one, other) => one | other);
        await db.Projects.Where(p => p.Id == projectId).ExecuteUpdateAsync(p => p.SetProperty(x => x.WebhookEvents, events), cancellation);
    }

    private static IQueryable<Webhook> Of(AppDbContext db, int projectId) =>
        db.Webhooks.Where(w => w.ProjectId == projectId && w.RemovedAt == null);

    private Task<Said?> ChangeAsync(ClaimsPrincipal by, int projectId, Func<AppDbContext, CancellationToken, Task<Said?>> change,
        CancellationToken cancellation) => writes.WriteAsync(Right.Lead(by.PersonId(), projectId), async (db, token) =>
        {
            if (await change(db, token) is { } refusal) return refusal;
            await db.SaveChangesAsync(token);
            await ListenAsync(db, projectId, token);
            return (Said?)null;
        }, cancellation, () => WebhooksWords.NotItsLead);

    private Said? FaultOf(WebhookSettings settings) => WebhookUrl.FaultOf(settings.Url.Trim(), options.Value.AllowPrivate)
        ?? (settings.Events == WebhookEvents.None ? WebhooksWords.NoEvents : null);

    // of the address the host only: what stands behind it may be a secret of the receiver's
    private static string Words(Webhook hook) =>
        $"{new Uri(hook.Url).Host}: {string.Join(", ", WebhookNames.Each(hook.Events))}";

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
