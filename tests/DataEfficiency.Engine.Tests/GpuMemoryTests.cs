using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Tests.Datastore;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

/// <summary>What only a GPU can show of its memory: how much is free, what libtorch keeps and gives back, and how it refuses.</summary>
public sealed class GpuMemoryTests
{
    private const long Gigabyte = 1L << 30, Slack = 64L << 20;

    private static long Free => AvailableMemory.OfTheDevice(Gpu.First)!.Value;

    private static Tensor Take(long bytes) => empty(bytes, dtype: ScalarType.Byte, device: Gpu.First);

    [GpuFact]
    public void OfTheDevice_FallsByWhatIsInUse_AndCountsWhatLibtorchKeepsForLater()
    {
        var before = Free;
        var taken = Take(2 * Gigabyte);
        Assert.InRange(before - Free, 2 * Gigabyte - Slack, 2 * Gigabyte + Slack);
        taken.Dispose();
        Assert.InRange(before - Free, -Slack, Slack);
    }

    [GpuFact]
    public void Halving_MemoryThatIsNearlyFull_GoesOnInHalvesAndNamesOneThatDoesNotFit()
    {
        using var most = Take(Free - Gigabyte);
        List<string> warnings = [];
        var done = 0;
        var halving = new Halving("model on cuda:0", warnings.Add);
        halving.Run(Enumerable.Range(0, 8).ToArray(), _ => 700, part =>
        {
            Take(part.Count * (Gigabyte / 4)).Dispose();
            done += part.Count;
        });
        Assert.Equal(8, done);
        Assert.Contains("half as many", warnings[0]);
        var refused = Assert.Throws<DataEfficiency.Prompts.ModelException>(
            () => halving.Run([1], _ => 700, _ => Take(2 * Gigabyte).Dispose()));
        Assert.Contains("700 tokens", refused.Message);
    }

    [GpuTheory, Miniature]
    public void DeviceRows_MemoryThatHoldsTheSlabOnceButNotTwice_AreTheHosts(string name)
    {
        using var model = new GoldenModel(name, device: Gpu.First);
        using var matrices = AdapterMatrices.FromSeed(model.Decoder.Config, 1, 64, Gpu.First);
        using var rows = new GradientRows(model.Session, matrices, 32);
        var store = RowStoreTests.Store(Gigabyte);
        using (var slab = DeviceRows.For(rows, store)) Assert.NotNull(slab);
        var size = RowSlab.BytesOf(32, rows.Layout);
        using var most = Take(Free - size * 3 / 2);
        Assert.Null(DeviceRows.For(rows, store));
    }
}
