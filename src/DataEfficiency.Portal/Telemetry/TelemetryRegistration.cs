using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace DataEfficiency.Portal.Telemetry;

/// <summary>Section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Where metrics and traces are sent (OTLP over gRPC), for example http://localhost:4317. Default: nowhere.</summary>
    public Uri? Endpoint { get; set; }
}

public static class TelemetryRegistration
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>()?.Endpoint is not { } endpoint) return;
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(PortalMeter.Name, "System.Runtime").AddAspNetCoreInstrumentation())
            .WithTracing(traces => traces.AddAspNetCoreInstrumentation(http =>
                // open pages ask for ever
                http.Filter = context => !context.Request.Path.StartsWithSegments("/_blazor")))
            .UseOtlpExporter(OpenTelemetry.Exporter.OtlpExportProtocol.Grpc, endpoint);
    }
}
