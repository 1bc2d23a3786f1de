using System.Security.Claims;
using System.Threading.RateLimiting;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Security;

/// <summary>Section <c>RateLimits</c>: how often the API and the ways in may be used.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>API requests of one person or token per second, over a longer time. Default: 20.</summary>
    public int PerSecond { get; set; } = 20;

    /// <summary>API requests that may come at once. Default: 60.</summary>
    public int Burst { get; set; } = 60;

    /// <summary>Uses of sign-in, set-up and links from one address per minute, over a longer time. Default: 60.</summary>
    public int SignInPerMinute { get; set; } = 60;

    /// <summary>Uses of sign-in, set-up and links from one address that may come at once. Default: 40.</summary>
    public int SignInBurst { get; set; } = 40;
}

/// <summary>Per person or token on the API; per address only where nobody is known yet. Circuits, pages that are read and
/// static files are not counted. Not the framework's middleware: it makes a second limiter for policies of endpoints, of which there are
/// none, and disposes neither, so that their timers tick on and keep a portal that has ended in memory.</summary>
internal sealed class RateLimits(RequestDelegate next, PartitionedRateLimiter<HttpContext> limiter)
{
    private static readonly string[] WaysIn = [AccountCookie.SignInPath, SetupRedirect.Path, AccountLinks.PathPrefix.TrimEnd('/')];

    public static void Add(IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section)
            .Validate(o => o is { PerSecond: > 0, Burst: > 0, SignInPerMinute: > 0, SignInBurst: > 0 },
                "RateLimits: each limit must be at least 1")
            .ValidateOnStart();
        services.AddSingleton(_ => PartitionedRateLimiter.Create<HttpContext, string>(Partition));
    }

    public async Task InvokeAsync(HttpContext http)
    {
        using var lease = limiter.AttemptAcquire(http);
        if (lease.IsAcquired)
        {
            await next(http);
            return;
        }
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        var after = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? (int)Math.Ceiling(wait.TotalSeconds) : 1;
        http.Response.Headers.RetryAfter = after.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (ApiPaths.IsApi(http.Request))
            await ApiProblem.Of(StatusCodes.Status429TooManyRequests, ApiCodes.TooOften, ApiWords.TooOften).ExecuteAsync(http);
    }

    private static RateLimitPartition<string> Partition(HttpContext http)
    {
        var options = http.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;
        if ((http.Request.Path.StartsWithSegments(ApiPaths.Api) || IsForm(http.Request))
            && http.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } id)
            return Bucket($"user {id}", options.Burst, options.PerSecond, TimeSpan.FromSeconds(1));
        if (WaysIn.Any(way => http.Request.Path.StartsWithSegments(way)))
            return Bucket($"address {SignInThrottle.Place(http.Connection.RemoteIpAddress)}", options.SignInBurst, options.SignInPerMinute,
                TimeSpan.FromMinutes(1));
        return RateLimitPartition.GetNoLimiter("");
    }

    // what somebody signed in sends a page stores rows and hashes passwords
    private static bool IsForm(HttpRequest request) => HttpMethods.IsPost(request.Method) && !ApiPaths.IsApi(request);

    private static RateLimitPartition<string> Bucket(string key, int burst, int refill, TimeSpan every) =>
        RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
        {
            TokenLimit = burst, TokensPerPeriod = refill, ReplenishmentPeriod = every, QueueLimit = 0, AutoReplenishment = true,
        });
}
