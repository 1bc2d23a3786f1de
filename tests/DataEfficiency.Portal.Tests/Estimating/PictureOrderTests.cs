using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>Two threads take a picture of a project; the one that looked first is ready last.</summary>
public sealed class PictureOrderTests : IDisposable
{
    private readonly Gate _gate = new();
    private readonly EstimatingWorld _world;

    public PictureOrderTests() => _world = new()
    {
        ConfigureServices = services => services.ConfigureDbContext<AppDbContext>(o => o.AddInterceptors(_gate.Statements)),
    };

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Publish_OfAnOlderMomentAfterANewerOne_IsDropped()
    {
        var id = await _world.AddPoolAsync(40, drawn: true);
        var publisher = _world.Services.GetRequiredService<ForecastPublisher>();
        await publisher.PublishAsync(id);

        // the first has seen the project as it is and is held before it reads on
        _gate.HoldNext("FROM \"Jobs\"");
        var first = Task.Run(() => publisher.PublishAsync(id));
        await _gate.Arrived.WaitAsync(Patience.Long);
        await _world.WriteAsync(db => db.Projects.Where(p => p.Id == id).ExecuteUpdateAsync(p => p.SetProperty(x => x.Name, "renamed")));
        await publisher.PublishAsync(id).WaitAsync(Patience.Long);
        var newer = _world.Feed.Latest(id)!;
        Assert.Equal("renamed", newer.View!.Project.Name);

        _gate.Open();
        await first.WaitAsync(Patience.Long);
        Assert.Same(newer, _world.Feed.Latest(id));
    }

    [Fact]
    public async Task Picture_IsOfOneMoment()
    {
        var id = await _world.AddPoolAsync(40, drawn: true);
        var reader = _world.Services.GetRequiredService<ForecastReader>();
        _gate.HoldNext("FROM \"Jobs\"");
        var reading = Task.Run(() => reader.ReadAsync(id));
        await _gate.Arrived.WaitAsync(Patience.Long);
        await _world.WriteAsync(async db =>
        {
            await db.Jobs.ExecuteUpdateAsync(j => j.SetProperty(x => x.Done, 17));
            await db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.Name, "renamed"));
        });
        _gate.Open();
        var picture = (await reading.WaitAsync(Patience.Long))!;
        Assert.Equal((40, "Bank enquiries"), (picture.Ranking!.Done, picture.View!.Project.Name));
    }

    /// <summary>Holds the next statement with a text until it is opened.</summary>
    private sealed class Gate
    {
        private readonly Hook _hook;
        private TaskCompletionSource _arrived = new(), _open = new();

        public Gate() => _hook = new(() =>
        {
            _arrived.SetResult();
            return _open.Task;
        });

        public Task Arrived => _arrived.Task;

        public BeforeStatement Statements => _hook;

        public void HoldNext(string text)
        {
            const TaskCreationOptions elsewhere = TaskCreationOptions.RunContinuationsAsynchronously;
            (_arrived, _open) = (new(elsewhere), new(elsewhere));
            _hook.Next(text);
        }

        public void Open() => _open.SetResult();

        private sealed class Hook(Func<Task> act) : BeforeStatement(null, act)
        {
            private string? _next;

            public void Next(string text) => Part = _next = text;

            protected override bool Matches(string part) => Interlocked.CompareExchange(ref _next, null, part) == part;
        }
    }
}
