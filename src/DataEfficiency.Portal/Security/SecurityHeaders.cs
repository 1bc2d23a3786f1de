using System.Security.Cryptography;

namespace DataEfficiency.Portal.Security;

/// <summary>The nonce of the one inline script (the import map) of this response.</summary>
public sealed class CspNonce
{
    public string Value { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
}

/// <summary>Headers of every response: scripts only from here, no framing, no guessing of types.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IHostEnvironment environment)
{
    // `dotnet watch` listens on a port of its own
    private readonly string _connect = environment.IsDevelopment() ? "'self' ws://localhost:* wss://localhost:*" : "'self'";

    public Task InvokeAsync(HttpContext context, CspNonce nonce)
    {
        var headers = context.Response.Headers;
        // MudBlazor sets inline styles; nothing else is loosened
        headers.ContentSecurityPolicy = $"default-src 'self'; script-src 'self' 'nonce-{nonce.Value}'; "
            + $"style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src {_connect}; "
            + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        return next(context);
    }
}
