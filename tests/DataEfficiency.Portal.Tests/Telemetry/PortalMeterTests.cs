using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Telemetry;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Xunit;

namespace DataEfficiency.Portal.Tests.Telemetry;

public sealed class PortalMeterTests
{
    [Fact]
    public async Task Measurements_OfOneAnswer_AreItsWaitItsCardAndItsStoring()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == PortalMeter.Name) l.EnableMeasurementEvents(instrument);
        } };
        listener.SetMeasurementEventCallback<double>((instrument, seconds, _, _) => seen[instrument.Name] = seconds);
        listener.Start();
        await using var world = new LabelingWorld();
        await world.AddPoolAsync(items: 3);
        var ada = await world.AddAnnotatorAsync("ada");

        await ada.SubmitAsync(ada.Answer((await ada.NextAsync()).Cards[0].ItemId));
        using var queue = new EstimateQueue();
        queue.Ring(1);
        queue.TryTake(out _);

        Assert.Equal(["portal.claim.duration", "portal.engine.lag", "portal.submit.duration", "portal.write.wait"], seen.Keys.Order());
        Assert.All(seen.Values, seconds => Assert.InRange(seconds, 0, 600));
    }

    [Theory]
    [InlineData(null, false), InlineData("http://127.0.0.1:4317", true)]
    public async Task Export_WhereAnEndpointIsSet_IsThere(string? endpoint, bool there)
    {
        await using var portal = new PortalFactory();
        if (endpoint is not null) portal.Settings["Telemetry:Endpoint"] = endpoint;

        Assert.Equal(there, portal.Services.GetService<MeterProvider>() is not null);
        Assert.Equal(there, portal.Services.GetService<TracerProvider>() is not null);
    }
}
