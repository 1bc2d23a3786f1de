using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class ChunkSizeTests(PortalFactory portal) : IClassFixture<PortalFactory>
{
    [Fact]
    public async Task Rows_AreFewWhileOthersWrite_AndManyForAnImportThatWritesAlone()
    {
        var clock = new Clock();
        await using var queue = new WriteQueue(portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(), clock);
        var chunk = new ChunkSize(queue, clock);
        Task WriteAsync() => queue.WriteAsync((_, _) => Task.CompletedTask, CancellationToken.None);

        Assert.Equal(ImportLimits.ChunkRows, chunk.Rows);
        chunk.Write();
        await WriteAsync();
        Assert.Equal(ImportLimits.ChunkRows, chunk.Rows);
        // an answer
        await WriteAsync();
        Assert.Equal(50, chunk.Rows);
        clock.Ticks = TimeSpan.FromSeconds(1.9).Ticks;
        chunk.Write();
        await WriteAsync();
        Assert.Equal(50, chunk.Rows);
        clock.Ticks = TimeSpan.FromSeconds(2.1).Ticks;
        Assert.Equal(ImportLimits.ChunkRows, chunk.Rows);
    }

    private sealed class Clock : TimeProvider
    {
        public long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}
