
using DataEfficiency.Engine.Datastore;

namespace DataEfficiency.Engine.Tests.Datastore;

public sealed class KeptRowsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rows").FullName;

    private static float[] Values(int width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() - .5))];
    }

    private static float[] Read(KeptRow row)
    {
        var values = new float[row.Width];
        row.CopyTo(0, values);
        return values;
    }

    // Room for one row: each other one comes back from its file, in float32 where a run is too short for half precision.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(64)]
    public void Find_ARowThatLeft_ComesBackFromItsFileAsItWas(int run)
    {
        var kept = new KeptRows(100, _folder, 1 << 20);
        float[][] rows = [.. Enumerable.Range(0, 3).Select(i => Values(640, i))];
        for (var i = 0; i < rows.Length; i++) kept.Add($"{i}", new KeptRow(rows[i], run));
        for (var i = 0; i < rows.Length; i++)
        {
            var row = kept.Find($"{i}", 640, run)!;
            Assert.Equal(run > 2, row.IsHalf);
            foreach (var (expected, actual) in rows[i].Zip(Read(row))) Assert.Equal(expected, actual, row.IsHalf ? .5 / 65_000 : 0);
        }
        Assert.Null(kept.Find("0", 641, run));
    }

    [Fact]
    public void Find_AFileOfAnotherFormat_IsNoRowAndDoesNotStandInTheWay()
    {
        var path = Path.Combine(_folder, "a.row");
        File.WriteAllBytes(path, new byte[4 + 2 * 640]);
        var kept = new KeptRows(100, _folder, 1 << 20);
        Assert.Null(kept.Find("a", 640, 64));
        kept.Add("a", new KeptRow(Values(640, 1), 64));
        kept.Add("b", new KeptRow(Values(640, 2), 64));
        Assert.True(File.Exists(path));
        Assert.NotNull(kept.Find("a", 640, 64));
    }

    [Fact]
    public void Add_MoreThanTheFilesMayTake_LetsTheLongestUnusedGo()
    {
        var one = 16 + KeptRow.HalfBytes(640, 64);
        var kept = new KeptRows(100, _folder, 2 * one);
        for (var i = 0; i < 3; i++) kept.Add($"{i}", new KeptRow(Values(640, i), 64));
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "1.row"), DateTime.UtcNow.AddMinutes(-5));
        Assert.NotNull(kept.Find("0", 640, 64)); // used: 2 leaves the memory, and 1 its file
        Assert.Equal(["0.row", "2.row"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        Assert.True(Directory.GetFiles(_folder).Sum(f => new FileInfo(f).Length) <= 2 * one);
    }

    // Gradients through a gate that is all but shut.
    [Theory]
    [InlineData(1e-45f)]
    [InlineData(2e-41f)]
    [InlineData(1e-38f)]
    [InlineData(0f)]
    public void ToHalf_ARunOfTinyValues_HasNoNumberThatIsNone(float tiny)
    {
        float[] values = [.. Values(64, 1), .. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? tiny : -tiny)];
        var read = Read(new KeptRow(values, 64).ToHalf());
        Assert.All(read[64..], v => Assert.InRange(v, -2e-38f, 2e-38f));
        Assert.Equal(values[0], read[0], .5 / 65_000);
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
