using System.Text;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Parquet as Arrow writes it, and files that were made to be believed.</summary>
public sealed class ParquetTests
{
    // two row groups of three rows: texts, numbers, lists, a list of label numbers, times and bytes; names of labels as the hub writes them
    private static readonly byte[] Arrow = System.IO.File.ReadAllBytes(Path.Combine(PortalFactory.RepositoryRoot, "tests",
        "DataEfficiency.Portal.Tests", "Importing", "arrow.parquet"));

    [Fact]
    public void Arrow_TextsNumbersAndLists_AreRead()
    {
        var file = ReadFile.Of(Arrow, "train-00000-of-00001.parquet");

        Assert.Equal(["text", "label", "words", "tags", "score", "ok", "at", "image"], file.Columns);
        Assert.Equal(["größe 👨‍👩‍👧", "refund", "[\"x\",\"y\"]", "[\"b\",\"a\"]", "0.1", "true", "2024-05-02T10:00:00Z", null],
            file.Rows[0].Fields.Select(f => f?.Replace("+00:00", "Z")));
        Assert.Equal(["where is it 0", "card arrival", "[]", "[]", null, "false"], file.Rows[1].Fields.Take(6));
        Assert.Equal(["the third0", null, null, "[\"a\"]", "2", "true"], file.Rows[2].Fields.Take(6));
        // a label of -1 is none
        Assert.Equal(["the third1", null], file.Rows[5].Fields.Take(2));
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Rows.Select(r => r.Line));
        Assert.Equal(("text", "label"), (file.Preview.Proposed.Text, file.Preview.Proposed.Answer));
    }

    [Fact]
    public async Task BytesThatAreText_AndMaps_AreRead()
    {
        var texts = new DataField<byte[]>("text");
        var scores = new MapField("scores", new DataField<string>("key", false), new DataField<int?>("value"));
        var schema = new ParquetSchema(texts, scores);
        using var made = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, made))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(texts, (IReadOnlyCollection<byte[]>)["größe"u8.ToArray(), [0xFF, 0xD8, 0xFF], "two"u8.ToArray()]);
            var (key, value) = (schema.DataFields[1], schema.DataFields[2]);
            int full = key.MaxDefinitionLevel, empty = full - 1;
            int[] repeated = [0, 1, 0, 0];
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(key, new[] { "a".AsMemory(), "b".AsMemory(), "c".AsMemory() },
                new[] { full, full, empty, full }, repeated, CancellationToken.None);
            await group.WriteAllPartsAsync<int>(value, new[] { 1, 3 }, new[] { full + 1, full, empty, full + 1 }, repeated,
                CancellationToken.None);
        }

        var file = ReadFile.Of(made.ToArray(), "a.parquet");
        Assert.Equal(["text", "scores"], file.Columns);
        Assert.Equal(["größe", null, "two"], file.Values(0));
        Assert.Equal(["{\"a\":1,\"b\":null}", "{}", "{\"c\":3}"], file.Values(1));
        Assert.Contains("scores.a", file.Preview.Paths);
    }

    [Fact]
    public async Task Arrow_ImportedOverHttp_HasItsLabels()
    {
        await using var pool = await PoolFixture.StartAsync();
        var import = await pool.ImportAsync(Arrow, "train.parquet", AnswerUse.HiddenGold);
        Assert.Equal((6, 5, 1, 0), (import.Rows, import.Added, import.Duplicates, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(["refund", "card arrival", null, "card arrival", null],
            await db.Items.OrderBy(i => i.Line).Select(i => i.Gold).ToListAsync());
    }

    [Fact]
    public void File_CutOffAnywhere_IsRefusedInWords()
    {
        for (var length = 4; length < Arrow.Length; length += 97)
            Assert.Contains("Parquet", ReadFile.Refusal(Arrow[..length], "a.parquet"));
        Assert.Contains("does not begin with PAR1", ReadFile.Refusal([.. "PARE"u8, .. Arrow[4..]], "a.parquet"));
        Assert.Contains("footer is longer", ReadFile.Refusal([.. Arrow[..^8], 0xFF, 0xFF, 0xFF, 0x7F, .. "PAR1"u8], "a.parquet"));
    }

    [Fact]
    public void Bytes_FlippedAnywhere_AreReadOrRefusedAndNeverAnotherError()
    {
        for (var at = 0; at < Arrow.Length; at += 7)
        {
            var damaged = Arrow.ToArray();
            damaged[at] ^= 0x55;
            try { ReadFile.Of(damaged, "a.parquet"); }
            catch (ImportException)
            {
                // told in words
            }
        }
    }

    public static TheoryData<string, byte[], string> Footers => new()
    {
        { "a million million rows", Footer(Group(rows: 1L << 40)), "more than 2,000,000 rows" },
        { "groups that run over", Footer([.. Group(long.MaxValue), .. Group(long.MaxValue)], groups: 2), "more than 2,000,000 rows" },
        { "rows below zero", Footer(Group(rows: -1)), "below zero" },
        { "structures in structures", File([.. Enumerable.Repeat((byte)0x1C, 200_000)]), "nested too deep" },
        { "lists in lists", File([0x19, .. Enumerable.Repeat((byte)0x19, 200_000)]), "nested too deep" },
        { "columns in columns", Footer(Group(1), nested: 1000), "nested too deep" },
        { "a list without end", File([0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]), "longer than the file" },
        { "a column elsewhere", Footer(Group(1, Column(offset: 1 << 30, packed: 10))), "outside of the file" },
        { "a page of 2 GiB", File(Body(Group(1, Column(offset: 4, packed: PageHead.Length))), PageHead), "unpacks to more than 512 MiB" },
        { "values without end", Footer(Group(1, Column(offset: 4, packed: 0, values: 1L << 40))), "more values than can be" },
        { "nothing", File([]), "damaged" },
    };

    [Theory]
    [MemberData(nameof(Footers))]
    public void Footer_MadeToBeBelieved_IsRefusedInWords(string what, byte[] file, string says)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(ReadFile.Refusal(file, "a.parquet").Contains(says, StringComparison.Ordinal),
            $"{what}: {ReadFile.Refusal(file, "a.parquet")}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
    }

    // Thrift's compact protocol: a field's head is the step to its id and its type (5 and 6 numbers, 8 text, 9 list, 12 structure)
    private static byte[] Number(long value)
    {
        var zigzag = (ulong)(value << 1 ^ value >> 63);
        List<byte> bytes = [];
        for (; zigzag > 127; zigzag >>= 7) bytes.Add((byte)(zigzag & 127 | 128));
        return [.. bytes, (byte)zigzag];
    }

    private static readonly byte[] PageHead = [0x15, 0, 0x15, .. Number(int.MaxValue), 0x15, 0, 0x2C,
        0x15, 2, 0x15, 0, 0x15, 0, 0x15, 0, 0, 0];

    private static byte[] Column(long offset, long packed, long values = 1) => [0x26, .. Number(offset), 0x1C, 0x15, 12, 0x19, 0x05, 0x19,
        0x18, 1, (byte)'t', 0x15, 0, 0x16, .. Number(values), 0x16, .. Number(1), 0x16, .. Number(packed), 0x26, .. Number(offset), 0, 0];

    private static byte[] Group(long rows, params byte[][] columns) =>
        [0x19, (byte)(columns.Length << 4 | 12), .. columns.SelectMany(c => c), 0x16, 0, 0x16, .. Number(rows), 0];

    private static byte[] Body(byte[] groups, int count = 1, int nested = 0) => [0x15, 2, 0x19, 0xFC, .. Varint(nested + 2),
        .. Enumerable.Repeat<byte[]>([0x48, 1, (byte)'s', 0x15, 2, 0], nested + 1).SelectMany(s => s),
        0x15, 12, 0x25, 0, 0x18, 1, (byte)'t', 0, 0x16, .. Number(1), 0x19, (byte)(count << 4 | 12), .. groups, 0];

    private static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)(value & 127 | 128), .. Varint(value >> 7)];

    private static byte[] Footer(byte[] group, int groups = 1, int nested = 0) => File(Body(group, groups, nested));

    private static byte[] File(byte[] footer, byte[]? data = null) =>
        [.. "PAR1"u8, .. data ?? [], .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
}
