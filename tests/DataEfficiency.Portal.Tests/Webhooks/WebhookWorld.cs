using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using DataEfficiency.Portal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DataEfficiency.Portal.Tests.Webhooks;

/// <summary>A portal that allows receivers on this machine, and sends only when a test says so.</summary>
public sealed class WebhookWorld : LabelingWorld
{
    private WebhookSender? _sender;

    public WebhookWorld()
    {
        Settings["Webhooks:AllowPrivate"] = "true";
        var configure = ConfigureServices!;
        ConfigureServices = services =>
        {
            configure(services);
            services.Remove(services.Single(s => s.ImplementationType == typeof(WebhookSender)));
            services.Replace(ServiceDescriptor.Singleton<IHostNames>(new FakeHostNames("127.0.0.1")));
        };
    }

    public AppUser Lead { get; private set; } = null!;

    public WebhookBook Book => Services.GetRequiredService<WebhookBook>();

    /// <summary>A new project with its lead.</summary>
    public async Task StartAsync(int items = 3)
    {
        await AddPoolAsync(items);
        Lead = await AddPersonAsync($"lead{ProjectId}");
        await AddMemberAsync(ProjectId, Lead.Id, ProjectRole.Lead);
    }

    public async Task<(int Id, string Secret)> ListenAsync(string url, WebhookEvents events)
    {
        var made = await Book.CreateAsync(TestPrincipal.Of(Lead), ProjectId, new(url, events), CancellationToken.None);
        return (made.Id!.Value, made.Secret!);
    }

    /// <summary>Something that is told.</summary>
    public Task HappenAsync(WebhookEvents happened, object data) => Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) =>
        WebhookOutbox.AddAsync(db, ProjectId, happened, Clock.GetUtcNow().ToUnixTimeMilliseconds(), () => data, token),
        CancellationToken.None);

    public async Task SendAsync()
    {
        _sender ??= ActivatorUtilities.CreateInstance<WebhookSender>(Services);
        await Task.WhenAll(await _sender.BeginAsync(CancellationToken.None));
    }

    public async Task<List<WebhookDelivery>> DeliveriesAsync(int hook)
    {
        await using var db = await OpenDbAsync();
        return await db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == hook).OrderBy(d => d.Id).ToListAsync();
    }
}
