using DataEfficiency.Portal.Estimating;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class EstimatorHostTests : IDisposable
{
    private readonly EstimatingWorld _world = new();
    private readonly List<string> _loads = [];

    private EstimatorHost Host(int loadedModels)
    {
        var root = Path.Combine(_world.DataFolder, "own");
        foreach (var model in new[] { "a", "b", "c" })
        {
            Directory.CreateDirectory(Path.Combine(root, model));
            File.WriteAllText(Path.Combine(root, model, "config.json"), "{}");
        }
        _world.Settings["Models:Root"] = root;
        return new(_world.Services.GetRequiredService<ModelCatalog>(), folder =>
        {
            _loads.Add(Path.GetFileName(folder));
            return new FakeEstimator();
        }, Options.Create(new EstimationOptions { LoadedModels = loadedModels }));
    }

    [Fact]
    public void Hold_OfTheOnlyLoadedModel_LetsNoOtherTakeItsPlace()
    {
        using var host = Host(1);
        var ranking = host.Open("a");
        using (host.Hold("a"))
        {
            Assert.Same(ranking, host.Open("a"));
            Assert.True(host.HasRoomFor("a"));
            Assert.False(host.HasRoomFor("b"));
            Assert.Throws<InvalidOperationException>(() => host.Open("b"));
            Assert.Same(ranking, host.Open("a"));
        }
        Assert.True(host.HasRoomFor("b"));
        host.Open("b");
        Assert.NotSame(ranking, host.Open("a"));
        Assert.Equal(["a", "b", "a"], _loads);
    }

    [Fact]
    public void Hold_WithRoomForTwo_GivesUpTheOtherModelThoughTheHeldOneIsOlder()
    {
        using var host = Host(2);
        var ranking = host.Open("a");
        using (host.Hold("a"))
        {
            host.Open("b");
            Assert.True(host.HasRoomFor("c"));
            host.Open("c");
            Assert.Same(ranking, host.Open("a"));
        }
        Assert.Equal(["a", "b", "c"], _loads);
    }

    public void Dispose() => _world.Dispose();
}
