using DataEfficiency.Portal.Api;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Security;

public static class SecurityRegistration
{
    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptions.Validator>();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((headers, proxy) => proxy.Value.Apply(headers));
        services.AddAntiforgery(options =>
        {
            options.HeaderName = AntiforgeryFilter.Header;
            options.Cookie.Name = "de-antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        RateLimits.Add(services);
        // this portal's own check comes after the forwarding headers; the host's would come before them
        services.Configure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
        builder.Logging.AddConsoleFormatter<BoundedLog, ConsoleFormatterOptions>();
        services.Configure<ConsoleLoggerOptions>(options => options.FormatterName ??= BoundedLog.FormatterName);
        services.AddProblemDetails(o => o.CustomizeProblemDetails = context => ApiProblem.Complete(context.ProblemDetails));
        services.AddScoped<CspNonce>();
    }

    public static void UseSecurity(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<AllowedHosts>();
        // a browser that came by https once comes by nothing else for a month; over http, and on localhost, nothing is said
        app.UseHsts();
        app.UseMiddleware<SecurityHeaders>();
        app.UseErrorAnswers();
        app.UseMiddleware<SocketOrigin>();
        app.UseRouting();
        app.UseMiddleware<KnownBodies>();
    }
}
