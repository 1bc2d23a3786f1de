
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;

namespace DataEfficiency.Engine.Tests.Datastore;

public sealed class RowStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rows").FullName;

    private static RowSettings Settings { get; } = new("weights", "config", "1", 8, 32, "Float32", "count-sketch");

    internal static RowStore Store(long memoryBytes, string? folder = null, long fileBytes = 1L << 30, RowSettings? settings = null,
        Action<string>? warn = null) =>
        new(memoryBytes, folder is null ? null : new RowFolder(folder, settings ?? Settings, fileBytes, warn));

    private static RowKey Key(string example) => new("", "", "", example);

    // Where the rows of these settings are.
    private string Own => Path.Combine(_folder, Settings.Folder);

    private static float[] Values(int width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() - .5))];
    }

    private static float[] Read(RowValues row)
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
        var kept = Store(100, _folder, 1 << 20);
        float[][] rows = [.. Enumerable.Range(0, 3).Select(i => Values(640, i))];
        for (var i = 0; i < rows.Length; i++) kept.Add(Key($"{i}"), new RowValues(rows[i], run));
        for (var i = 0; i < rows.Length; i++)
        {
            var row = kept.Find(Key($"{i}"), 640, run)!;
            Assert.Equal(run > 2, row.IsHalf);
            foreach (var (expected, actual) in rows[i].Zip(Read(row))) Assert.Equal(expected, actual, row.IsHalf ? .5 / 65_000 : 0);
        }
        Assert.Null(kept.Find(Key("0"), 641, run));
    }

    [Fact]
    public void Find_AFileOfAnotherFormat_IsNoRowAndDoesNotStandInTheWay()
    {
        Directory.CreateDirectory(Own);
        Settings.Write(Own);
        var path = Path.Combine(Own, "a.row");
        File.WriteAllBytes(path, new byte[4 + 2 * 640]);
        var kept = Store(100, _folder, 1 << 20);
        Assert.Null(kept.Find(Key("a"), 640, 64));
        kept.Add(Key("a"), new RowValues(Values(640, 1), 64));
        kept.Add(Key("b"), new RowValues(Values(640, 2), 64));
        Assert.True(File.Exists(path));
        Assert.NotNull(kept.Find(Key("a"), 640, 64));
    }

    [Fact]
    public void Add_MoreThanTheFilesMayTake_LetsTheLongestUnusedGo()
    {
        var one = 16 + RowValues.HalfBytes(640, 64);
        var kept = Store(100, _folder, 2 * one);
        for (var i = 0; i < 3; i++) kept.Add(Key($"{i}"), new RowValues(Values(640, i), 64));
        File.SetLastWriteTimeUtc(Path.Combine(Own, "1.row"), DateTime.UtcNow.AddMinutes(-5));
        Assert.NotNull(kept.Find(Key("0"), 640, 64)); // used: 2 leaves the memory, and 1 its file
        Assert.Equal(["0.row", "2.row"], Directory.GetFiles(Own, "*.row").Select(Path.GetFileName).Order());
        Assert.True(Directory.GetFiles(Own, "*.row").Sum(f => new FileInfo(f).Length) <= 2 * one);
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
        var read = Read(new RowValues(values, 64).ToHalf());
        Assert.All(read[64..], v => Assert.InRange(v, -2e-38f, 2e-38f));
        Assert.Equal(values[0], read[0], .5 / 65_000);
    }

    [Fact]
    public void Find_TheSameExampleOfAnotherModelStateOrProjection_IsAnotherRow()
    {
        RowKey[] keys =
        [
            Key("a"), new("v", "", "", "a"), new("", "v", "", "a"), new("", "", "v", "a"), new("v", "v", "", "a"), new("v", "", "v", "a"),
            new("v.v", "", "", "a"), new("", "", "", "v.a"),
        ];
        // Only the last one stays in memory: the others are told apart by their files' names.
        var kept = Store(100, _folder);
        for (var i = 0; i < keys.Length; i++) kept.Add(keys[i], new RowValues(Values(64, i), 1));
        for (var i = 0; i < keys.Length; i++) Assert.Equal(Values(64, i), Read(kept.Find(keys[i], 64, 1)!));
    }

    // Another seed of the adapter: same folder, same example, another row.
    [Fact]
    public void Find_ARowOfOtherSettings_IsNone()
    {
        var kept = Store(100, _folder);
        foreach (var example in new[] { "a", "b" }) kept.Add(Key(example), new RowValues(Values(64, 1), 1));
        Assert.NotNull(Store(100, _folder).Find(Key("a"), 64, 1));
        RowSettings[] others = [Settings with { Weights = "w" }, Settings with { Adapter = "2" }, Settings with { Alpha = 16 }];
        foreach (var other in others)
            Assert.Null(Store(100, _folder, settings: other).Find(Key("a"), 64, 1));
        Assert.NotNull(Store(100, _folder).Find(Key("a"), 64, 1));
    }

    [Fact]
    public void Open_AFolderThatSaysItIsOfOtherSettings_IsRefusedAndStaysAsItIs()
    {
        var kept = Store(100, _folder);
        foreach (var example in new[] { "a", "b" }) kept.Add(Key(example), new RowValues(Values(64, 1), 1));
        (Settings with { Weights = "others" }).Write(Own);
        var files = Directory.GetFiles(Own);
        List<string> said = [];
        var refused = Store(100, _folder, warn: said.Add);
        Assert.Contains("others", Assert.Single(said));
        Assert.Contains(Own, said[0]);
        Assert.Null(refused.Find(Key("a"), 64, 1));
        Assert.Equal(100, refused.Room);
        foreach (var example in new[] { "c", "d" }) refused.Add(Key(example), new RowValues(Values(64, 1), 1));
        Assert.Equal(files, Directory.GetFiles(Own));
    }

    [Theory]
    [InlineData("{\"Weights\": 3")]
    [InlineData(null)]
    public void Open_AFolderWhoseSettingsNobodyCanTell_HasNoRowsAndTakesNewOnes(string? damaged)
    {
        var kept = Store(100, _folder);
        foreach (var example in new[] { "a", "b" }) kept.Add(Key(example), new RowValues(Values(64, 1), 1));
        var settings = Directory.GetFiles(Own, "*.json")[0];
        if (damaged is null) File.Delete(settings);
        else File.WriteAllText(settings, damaged);
        var anew = Store(100, _folder);
        Assert.Null(anew.Find(Key("a"), 64, 1));
        foreach (var example in new[] { "a", "b" }) anew.Add(Key(example), new RowValues(Values(64, 2), 1));
        Assert.Equal(Values(64, 2), Read(Store(100, _folder).Find(Key("a"), 64, 1)!));
    }

    // The limit is the root's: rows of a model that is used no more make room.
    [Fact]
    public void Add_BesideRowsOfOtherSettings_CountsThemToo()
    {
        var one = 16 + RowValues.FloatBytes(64);
        var before = Store(100, _folder, 3 * one, Settings with { Weights = "others" });
        for (var i = 0; i < 3; i++) before.Add(Key($"{i}"), new RowValues(Values(64, i), 1));
        foreach (var file in Directory.GetFiles(_folder, "*.row", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-5));
        var kept = Store(100, _folder, 3 * one);
        for (var i = 0; i < 3; i++) kept.Add(Key($"{i}"), new RowValues(Values(64, i), 1));
        Assert.Equal(2, Directory.GetFiles(Own, "*.row").Length);
        Assert.Equal(3 * one, Directory.GetFiles(_folder, "*.row", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length));
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
