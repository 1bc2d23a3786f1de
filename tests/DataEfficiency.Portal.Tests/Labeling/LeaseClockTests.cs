using DataEfficiency.Portal.Labeling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class LeaseClockTests
{
    [Fact]
    public async Task Clock_SetBackByAnHour_LeasesEndOneLeaseLater()
    {
        await using var world = new LabelingWorld();
        await world.AddPoolAsync(items: 3);
        var (ada, ben) = (await world.AddAnnotatorAsync("ada"), await world.AddAnnotatorAsync("ben"));
        Assert.Equal(3, (await ada.NextAsync(want: 3)).Cards.Count);
        var watch = world.Services.GetServices<IHostedService>().OfType<LeaseClock>().Single();
        Assert.Equal(0, await watch.ShortenAsync(CancellationToken.None));

        world.Clock.Advance(TimeSpan.FromHours(-1));

        Assert.Equal(3, await watch.ShortenAsync(CancellationToken.None));
        Assert.Empty((await ben.NextAsync()).Cards);
        world.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(3, (await ben.NextAsync(want: 3)).Cards.Count);
    }
}
