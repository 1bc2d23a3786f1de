using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Datastore;

/// <summary>What a GPU does, here on the CPU, against the hand-written pass with rows in the host's memory.</summary>
public sealed class DeviceRowsTests : IDisposable
{
    private readonly ModelSession _session = new(SmallFamilies.Decoder(SmallFamilies.All[0]));
    private readonly AdapterMatrices _matrices = AdapterMatrices.FromSeed(SmallFamilies.All[0], 1, 64);
    private readonly GradientRows _rows;
    private readonly RowStore _store = RowStoreTests.Store(1L << 30);
    private readonly DeviceRows _device;

    public DeviceRowsTests()
    {
        _rows = new GradientRows(_session, _matrices, 32);
        _device = new DeviceRows(_rows, _store);
    }

    private Observer OnDevice => new(_session, new CountingPrompts(), _device, "identity");

    private Observer OnHost() => new(_session, new CountingPrompts(), new HostRows(_rows, RowStoreTests.Store(1L << 30)), "identity");

    private static Example[] Examples(int count)
    {
        var random = new Random(1);
        string Ids(int n) => string.Join(' ', Enumerable.Range(0, n).Select(_ => random.Next(3, SmallFamilies.Vocabulary)));
        var shared = Ids(12);
        return [.. Enumerable.Range(0, count).Select(i => new Example(shared + " " + Ids(1 + i * 7 % 40), Ids(1 + i % 5)))];
    }

    private static void Near(double[][] expected, double[][] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
            for (var j = 0; j < expected.Length; j++) GoldenModel.Near(expected[i][j], found[i][j], tolerance, $"cosine {i} {j}");
    }

    [Fact]
    public void Cosines_Of32Labels_AreTheHosts()
    {
        var examples = Examples(32);
        var (_, places, expected, _) = OnHost().Cosines(null, examples);
        var found = OnDevice.Cosines(null, examples);
        Assert.Equal(places, found.Places);
        Assert.Null(found.Error);
        Near(expected, found.Cosines, 1e-5);
        foreach (var (host, device) in OnHost().Observe(null, examples).Zip(OnDevice.Observe(null, examples)))
        {
            GoldenModel.Near(host.Loss!.Value, device.Loss!.Value, 1e-5);
            GoldenModel.Near(1, device.GradientNorm!.Value / host.GradientNorm!.Value, 1e-5);
        }
        Assert.Equal(0, _store.Bytes);
    }

    // Label by label; then one of the first is replaced again and again, so that rows leave the slab and come back.
    [Fact]
    public void Cosines_OneMoreLabelEachTime_AreThoseOfAllAtOnce()
    {
        var examples = Examples(40);
        var (observer, host) = (OnDevice, OnHost());
        for (var n = 1; n <= 31; n += 3) observer.Cosines(null, examples[..n]);
        for (var n = 31; n < examples.Length; n++)
        {
            Example[] now = [.. examples[..31], examples[n]];
            Near(host.Cosines(null, now).Cosines, observer.Cosines(null, now).Cosines, 1e-5);
        }
        // Other 32: those that left are computed again.
        Near(host.Cosines(null, examples[8..]).Cosines, observer.Cosines(null, examples[8..]).Cosines, 1e-5);
        // Products that are forgotten are those of the rows in the slab: another observer knows none of the norms either.
        Near(host.Cosines(null, examples[8..]).Cosines, OnDevice.Cosines(null, examples[8..]).Cosines, 1e-5);
    }

    // One column at a time would hide it: parts of a row longer than a block, and not a whole number of blocks.
    [Fact]
    public void Products_OfPartsLongerThanABlock_AreThoseOfTheRows()
    {
        var config = SmallFamilies.All[0] with { IntermediateSize = 1100, Layers = 6 };
        var layout = new RowLayout(config, 64);
        using var slab = new RowSlab(3, layout, config, CPU);
        var random = new Random(1);
        float[] Row() => [.. Enumerable.Range(0, layout.Width).Select(_ => (float)(random.NextDouble() - .4))];
        float[][] rows = [Row(), Row(), Row()];
        using var last = slab.Write([2]);
        using var others = slab.Write([0, 1]);
        PassOf.Rows(last, config, layout, rows[2]);
        PassOf.Rows(others, config, layout, rows[0], rows[1]);
        var (products, squares) = others.Finish();
        for (var i = 0; i < 2; i++)
        {
            GoldenModel.Near(1, squares[i] / GramMatrix.Dot(rows[i], rows[i]), 1e-6);
            for (var j = 0; j < 3; j++)
            {
                GoldenModel.Near(1, products[i][j] / GramMatrix.Dot(rows[i], rows[j]), 1e-5, $"{i} {j}");
                GoldenModel.Near(1, slab.Products(i)[j] / GramMatrix.Dot(rows[i], rows[j]), 1e-5, $"{i} {j} from the slab");
            }
        }
    }

    [Fact]
    public void Cosines_OfMoreLabelsThanTheSlabHas_AreThoseOfTheirFoldings()
    {
        using var matrices = AdapterMatrices.FromSeed(_session.Decoder.Config, 1, 256);
        using var rows = new GradientRows(_session, matrices, 32);
        using var device = new DeviceRows(rows, _store);
        var observer = new Observer(_session, new CountingPrompts(), device, "identity");
        var examples = Examples(40);
        var host = new HostRows(rows, RowStoreTests.Store(1L << 30));
        var (_, _, exact, none) = new Observer(_session, new CountingPrompts(), host, "identity").Cosines(null, examples);
        Assert.Null(none);
        var (_, _, folded, error) = observer.Cosines(null, examples);
        Assert.Equal(RandomProjection.Error, error);
        Near(exact, folded, 5 * RandomProjection.Error);
        var errors = folded.SelectMany((row, i) => row.Select((c, j) => Math.Abs(c - exact[i][j])));
        Assert.Contains(errors, e => e > RandomProjection.Error / 50);
        // The first 32 stay what they are.
        Near([.. exact[..32].Select(r => r[..32])], observer.Cosines(null, examples[..32]).Cosines, 1e-5);
        Assert.InRange(_store.Bytes, 1, 40 * RowValues.HalfBytes(SignedFolding.Size, 64));
    }

    [Fact]
    public void Compute_Cancelled_LeavesNoHalfWrittenRow()
    {
        var examples = Examples(10);
        var observer = OnDevice;
        observer.Cosines(null, examples[..5]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => observer.Cosines(null, examples, cancelled.Token));
        Near(OnHost().Cosines(null, examples).Cosines, observer.Cosines(null, examples).Cosines, 1e-5);
    }

    [Fact]
    public void Cosines_LeaveNoTensorBehind()
    {
        var examples = Examples(12);
        var observer = OnDevice;
        observer.Cosines(null, examples[..4]);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        observer.Cosines(null, examples);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory, Miniature, GoldenModels]
    public void Cosines_OfTheGoldenExamples_AreTheReferences(string name) => CheckCosines(name, CPU, ScalarType.Float32, 1e-5);

    [GpuTheory, Miniature, GoldenModels]
    public void Cosines_OfTheGoldenExamplesOnAGpu_AreTheReferences(string name)
    {
        CheckCosines(name, Gpu.First, ScalarType.Float32, 1e-5);
        CheckCosines(name, Gpu.First, ScalarType.BFloat16, .05);
    }

    private void CheckCosines(string name, Device on, ScalarType type, double tolerance)
    {
        using var model = new GoldenModel(name, type, on);
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config, on);
        using var rows = new GradientRows(model.Session, matrices, 4);
        using var device = new DeviceRows(rows, _store);
        var labelled = model.Json["labelled"]!.AsArray().Select(id => model.Items.First(i => (string)i["id"]! == (string)id!));
        var prompts = new GoldenPrompts(model.Items, model.Masked, model.Eos);
        var observer = new Observer(model.Session, prompts, device, "identity");
        var found = observer.Cosines(null, [.. labelled.Select(i => new Example((string)i["prompt"]!, (string)i["answer"]!))]).Cosines;
        using var scope = NewDisposeScope();
        var expected = model.Arrays.Read("cosine", ScalarType.Float64);
        for (var i = 0; i < found.Length; i++)
            for (var j = 0; j < i; j++) GoldenModel.Near(expected[i, j].ToDouble(), found[i][j], tolerance, $"cosine {i} {j}");
    }

    public void Dispose()
    {
        _device.Dispose();
        _rows.Dispose();
        _matrices.Dispose();
        _session.Dispose();
    }
}
