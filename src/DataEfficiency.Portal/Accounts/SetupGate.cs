using System.Net;
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// The set-up of an empty installation: once, from the same machine, or from elsewhere with the code that the console shows.
/// </summary>
public sealed class SetupGate(IServiceScopeFactory scopes, WriteQueue writes, NewAccounts accounts, ILogger<SetupGate> logger)
{
    private const string CodeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int WrongCodesAllowed = 5;
    private static string AlreadyDone => AccountsWords.SetUpAlready;
    private readonly Lock _codeLock = new();
    private string _code = NewCode();
    private int _wrongCodes;

    /// <summary>True as soon as there is an account.</summary>
    public bool Done { get; private set; }

    /// <summary>What the console shows while there is no account.</summary>
    public string? Announcement => Done ? null
        : $"No account yet: open the address on this machine to set up, or from another machine with the code {_code}";

    /// <summary>At start: the roles exist, and it is known whether anyone has an account.</summary>
    public async Task PrepareAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>();
        foreach (var role in new[] { GlobalRoles.Admin, GlobalRoles.Lead })
            if (!await roles.RoleExistsAsync(role)) await roles.CreateAsync(new IdentityRole(role));
        Done = await scope.ServiceProvider.GetRequiredService<AppDbContext>().Users.AnyAsync();
    }

    /// <summary>
    /// A loopback connection that also asks for a loopback host, and that no proxy passed on: behind a proxy on this machine every
    /// connection is loopback, and a foreign name that resolves to 127.0.0.1 must not count either. What a proxy shows of itself: a
    /// forwarding header (also one that was taken for true already), HTTP/1.0 (no browser speaks it), or that one is configured.
    /// </summary>
    public static bool FromThisMachine(HttpContext context, ProxyOptions proxy) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && (context.Request.Host.Host is "localhost"
            || (IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host)))
        && proxy.KnownProxies.Length == 0 && proxy.KnownNetworks.Length == 0 && !HttpProtocol.IsHttp10(context.Request.Protocol)
        && !context.Request.Headers.Keys.Any(IsForwarding);

    // what proxies and the networks before them write; a browser on this machine sends none of it
    private static readonly string[] Forwarding = ["forwarded", "original", "originating", "client-ip", "clientip", "real-ip", "remote-ip",
        "remote-addr", "via", "proxy", "envoy", "cdn-loop", "cf-"];

    private static bool IsForwarding(string header) => Forwarding.Any(word => header.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Compares without telling by time; after five wrong codes there is a new one on the console.</summary>
    public bool CodeMatches(string? typed)
    {
        lock (_codeLock)
        {
            var clean = (typed ?? "").Trim().ToUpperInvariant();
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(clean), Encoding.UTF8.GetBytes(_code))) return true;
            if (++_wrongCodes >= WrongCodesAllowed)
            {
                _wrongCodes = 0;
                _code = NewCode();
                logger.LogWarning("Five wrong set-up codes. The new code is {Code}", _code);
            }
            return false;
        }
    }

    /// <summary>Makes the first account, an admin.</summary>
    /// <returns>The errors to show; none means done.</returns>
    public async Task<IReadOnlyList<string>> CompleteAsync(string displayName, string userName, string password)
    {
        if (Done) return [AlreadyDone];
        var (user, errors) = await accounts.PrepareAsync(displayName, userName, password);
        if (errors.Count > 0) return errors;
        // account and role together: a crash in between would leave an installation without an admin
        var refusal = await writes.WriteAsync(async (db, token) =>
        {
            if (await db.Users.AnyAsync(token)) return AlreadyDone;
            AuditTrail.Add(db, user.CreatedAt, user.Id, "role.set", after: $"{user.Id}: {GlobalRoles.Admin}");
            return await NewAccounts.AddAsync(db, user, GlobalRoles.Admin, token);
        }, CancellationToken.None);
        if (refusal is not null) return [refusal];
        Done = true;
        return [];
    }

    private static string NewCode() =>
        $"{RandomNumberGenerator.GetString(CodeAlphabet, 5)}-{RandomNumberGenerator.GetString(CodeAlphabet, 5)}";
}

/// <summary>While there is no account, every page leads to the set-up; afterwards the set-up is gone.</summary>
internal sealed class SetupRedirect(RequestDelegate next, SetupGate gate)
{
    public const string Path = "/setup";

    public Task InvokeAsync(HttpContext context)
    {
        var asked = context.Request.Path.Equals(Path, StringComparison.OrdinalIgnoreCase);
        if (gate.Done && asked)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        var page = context
            .GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null;
        if (!gate.Done && !asked && (page || context.Request.Path == "/"))
        {
            context.Response.Redirect(context.Request.PathBase + Path);
            return Task.CompletedTask;
        }
        return next(context);
    }
}
