using System.Collections.Immutable;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Xunit;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>A provider on this machine that lets in, without asking, whoever <see cref="Subject"/> says is there.</summary>
public sealed class OidcServer : IAsyncLifetime
{
    public const string ClientId = "portal", Secret = "what the provider gave us", Callback = "http://localhost/sign-in/oidc/callback";

    private WebApplication _app = null!;

    public string Url => _app.Urls.Single() + "/";

    public string Subject { get; set; } = "1";

    public Dictionary<string, string> Claims { get; } = [];

    /// <summary>Claims with several values.</summary>
    public Dictionary<string, string[]> Lists { get; } = [];

    /// <summary>Answers for another question than was asked.</summary>
    public string? Nonce { get; set; }

    /// <summary>Somebody else is there, of whom nothing is known.</summary>
    public void Forget()
    {
        (Subject, Nonce) = ("1", null);
        Claims.Clear();
        Lists.Clear();
    }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication();
        builder.Services.AddOpenIddict().AddServer(o =>
        {
            o.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token").RegisterScopes("openid", "profile", "email");
            o.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            o.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
            // no database: these handlers are all that it knows of clients and people
            o.EnableDegradedMode();
            o.UseAspNetCore().DisableTransportSecurityRequirement();
            o.AddEventHandler<ValidateAuthorizationRequestContext>(b => b.UseInlineHandler(c =>
            {
                if (c.ClientId != ClientId || c.RedirectUri != Callback) c.Reject(Errors.InvalidClient, "Not our portal.");
                return default;
            }));
            o.AddEventHandler<ValidateTokenRequestContext>(b => b.UseInlineHandler(c =>
            {
                if (c.ClientId != ClientId || c.ClientSecret != Secret) c.Reject(Errors.InvalidClient, "Not our portal.");
                return default;
            }));
            o.AddEventHandler<HandleAuthorizationRequestContext>(b => b.UseInlineHandler(c =>
            {
                c.SignIn(Person(c.Request.GetScopes()));
                return default;
            }));
            o.AddEventHandler<ProcessSignInContext>(b => b.SetOrder(OpenIddictServerHandlers.GenerateIdentityToken.Descriptor.Order - 1)
                .UseInlineHandler(c =>
                {
                    if (Nonce is { } other) c.IdentityTokenPrincipal?.SetClaim("nonce", other);
                    return default;
                }));
        });
        _app = builder.Build();
        _app.UseAuthentication();
        await _app.StartAsync();
    }

    private ClaimsPrincipal Person(ImmutableArray<string> scopes)
    {
        var identity = new ClaimsIdentity("test", OpenIddictConstants.Claims.Name, OpenIddictConstants.Claims.Role);
        identity.SetClaim(OpenIddictConstants.Claims.Subject, Subject);
        foreach (var (claim, value) in Claims) identity.SetClaim(claim, value);
        foreach (var (claim, values) in Lists) identity.SetClaims(claim, [.. values]);
        var person = new ClaimsPrincipal(identity);
        person.SetScopes(scopes);
        person.SetDestinations(_ => [Destinations.IdentityToken]);
        return person;
    }

    public Task DisposeAsync() => _app.DisposeAsync().AsTask();
}
