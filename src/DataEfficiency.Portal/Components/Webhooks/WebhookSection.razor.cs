using System.Security.Claims;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace DataEfficiency.Portal.Components.Webhooks;

public sealed partial class WebhookSection(WebhookBook book)
{
    private const int ShownUrl = 60;
    private IReadOnlyList<WebhookLine> _hooks = [];
    private IReadOnlyList<WebhookDelivery> _log = [];
    private WebhookEvents _events = WebhookEvents.None;
    private string _url = "";
    private string? _secret, _error;
    private int? _shown;
    private bool _hasOlder;

    [Parameter, EditorRequired]
    public int ProjectId { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync() => _hooks = await book.ListAsync(ProjectId, CancellationToken.None);

    private async Task AddAsync()
    {
        var made = await book.CreateAsync(await UserAsync(), ProjectId, new(_url, _events), CancellationToken.None);
        (_secret, _error) = (made.Secret, made.Refusal);
        if (made.Secret is not null) (_url, _events) = ("", WebhookEvents.None);
        await LoadAsync();
    }

    private Task PauseAsync(int hook, bool pause) =>
        ChangeAsync(by => book.PauseAsync(by, ProjectId, hook, pause, CancellationToken.None));

    private Task RemoveAsync(int hook)
    {
        if (_shown == hook) _shown = null;
        return ChangeAsync(by => book.RemoveAsync(by, ProjectId, hook, CancellationToken.None));
    }

    private async Task ReplayAsync(WebhookDelivery sent)
    {
        await ChangeAsync(by => book.ReplayAsync(by, ProjectId, sent.WebhookId, sent.Id, CancellationToken.None));
        await ReadLogAsync(sent.WebhookId);
    }

    private async Task ShowAsync(int hook)
    {
        _shown = _shown == hook ? null : hook;
        if (_shown is not null) await ReadLogAsync(hook);
    }

    private async Task ReadLogAsync(int hook)
    {
        _log = await book.DeliveriesAsync(ProjectId, hook, null, CancellationToken.None);
        _hasOlder = _log.Count == WebhookBook.Page;
    }

    private async Task OlderAsync()
    {
        var older = await book.DeliveriesAsync(ProjectId, _shown!.Value, _log[^1].Id, CancellationToken.None);
        _log = [.. _log, .. older];
        _hasOlder = older.Count == WebhookBook.Page;
    }

    private async Task ChangeAsync(Func<ClaimsPrincipal, Task<Said?>> change)
    {
        (_secret, _error) = (null, await change(await UserAsync()));
        await LoadAsync();
    }

    private async Task<ClaimsPrincipal> UserAsync() => (await Authentication).User;

    private static string State(Webhook hook) => hook switch
    {
        { PausedAt: null } => WebhooksWords.Active,
        { PausedBy: { } why } => WebhooksWords.PausedAfterTries(DeliveryLog.Why(why, null)),
        _ => WebhooksWords.Paused,
    };

    private static string MadeBy(WebhookLine line) => (line.By ?? EstimatingWords.RemovedPerson) is var by && line.Leads
        ? WebhooksWords.MadeBy(by) : WebhooksWords.MadeByFormer(by);

    // the end of a long address may be a receiver's secret; its whole is the title's
    private static string Short(string url) => url.Length <= ShownUrl ? url : $"{url[..ShownUrl]}…";
}
