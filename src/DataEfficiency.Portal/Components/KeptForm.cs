using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;

namespace DataEfficiency.Portal.Components;

/// <summary>
/// What a person types into a long form lies in that person's browser until it is sent, so that neither a restart of the server nor a
/// closed tab wipes it. The server writes it there whenever it has changed; wwwroot/js/portal.js adds what was typed while the server
/// was away.
/// </summary>
public sealed class KeptForm<T>(IJSRuntime script, string name) where T : class
{
    private string? _key, _kept;

    /// <summary>What lies there; null: nothing, or something that an older program left and this one cannot read.</summary>
    public async Task<T?> ReadAsync(Task<AuthenticationState> authentication)
    {
        var key = $"dataefficiency.form.{(await authentication).User.FindFirstValue(ClaimTypes.NameIdentifier)}.{name}";
        _kept = await script.InvokeAsync<string?>("portal.kept", key);
        _key = key;
        try
        {
            return _kept is null ? null : JsonSerializer.Deserialize<T>(_kept);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Puts it there where it has changed. Before <see cref="ReadAsync"/> nothing is written: it would cover what lies
    /// there.</summary>
    public async Task WriteAsync(T form)
    {
        if (_key is null) return;
        var json = JsonSerializer.Serialize(form);
        if (json == _kept) return;
        _kept = json;
        await SendAsync("portal.keep", _key, json);
    }

    /// <summary>It was sent, or given up.</summary>
    public async Task DropAsync()
    {
        if (_key is null || _kept is null) return;
        _kept = null;
        await SendAsync("portal.keep", _key, null);
    }

    /// <summary>What was typed while the server was away, put into the fields that have appeared.</summary>
    public Task RetypeAsync() => SendAsync("portal.retype");

    private async Task SendAsync(string call, params object?[] arguments)
    {
        try
        {
            await script.InvokeVoidAsync(call, arguments);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // the browser is gone; what it kept it still has
        }
    }
}
