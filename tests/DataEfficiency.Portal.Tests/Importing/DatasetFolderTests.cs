using System.IO.Compression;
using System.Text;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Data sets as the Hugging Face hub gives them, zipped: which file is which split, and what numbers of labels mean.</summary>
public sealed class DatasetFolderTests
{
    private const string Card = """
        ---
        # what the hub shows
        license: mit
        pretty_name: "Cards: all of them"
        tags: [cards, 'bank']
        configs:
        - config_name: other
          data_files: other.csv
        - config_name: default
          default: true
          data_files:
          - split: train
            path: data/train-*
          - split: test
            path:
            - "data/test-*.jsonl"
        dataset_info:
        - config_name: other
          features:
          - name: label
            dtype: string
        - config_name: default
          features:
          - name: text
            dtype: string
          - name: label
            dtype:
              class_label:
                names:
                  '1': card arrival
                  '0': refund
          splits:
          - name: train
            num_examples: 3
        ---
        # Cards

        configs: this is text
        """;

    [Fact]
    public async Task Card_WithSplitsAndNamesOfLabels_IsFollowed()
    {
        await using var pool = await PoolFixture.StartAsync();
        var zip = Zip(("README.md", Encoding.UTF8.GetBytes(Card)), ("other.csv", "text,label\nnot this,9\n"u8.ToArray()),
            ("data/train-00000-of-00002.parquet", await ParquetAsync(("money back", 0), ("where is it", 1))),
            ("data/train-00001-of-00002.parquet", await ParquetAsync(("nobody knows", -1))),
            ("data/test-00000-of-00001.jsonl", "{\"text\":\"is it here\",\"label\":1}\n"u8.ToArray()));

        var import = await pool.ImportAsync(zip, "cards.zip", AnswerUse.Labels);

        Assert.Equal((4, 4, 0), (import.Rows, import.Added, import.Bad));
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal([("money back", ItemSplit.Pool, "refund"), ("where is it", ItemSplit.Pool, "card arrival"),
            ("nobody knows", ItemSplit.Pool, null), ("is it here", ItemSplit.Test, "card arrival")],
            (await db.Items.OrderBy(i => i.Line).Select(i => new
            {
                i.Text, i.Split, Answer = db.Answers.Where(a => a.ItemId == i.Id).Select(a => a.AnswerText).FirstOrDefault(),
            }).ToListAsync()).Select(i => (i.Text, i.Split, i.Answer)));
        // the split is not shown beside the text, and the slots of a test item are the test set's
        Assert.False(await db.Items.AnyAsync(i => i.Metadata != null));
        Assert.Equal([ItemSplit.Pool, ItemSplit.Pool, ItemSplit.Pool, ItemSplit.Test],
            await db.Slots.OrderBy(s => s.ItemId).Select(s => s.Split).ToListAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(pool.Portal.DataFolder, "uploads")));
    }

    [Fact]
    public void Folder_WithoutCard_IsReadByTheNamesOfItsFiles()
    {
        var file = ReadFile.Of(Zip(("cards/test.json", "[{\"text\":\"three\",\"label\":\"b\"}]"u8.ToArray()),
            ("cards/data/dev-00000.csv", "text,label\n\"two, and more\",a\n"u8.ToArray()),
            ("cards/.cache/train.csv", "text\nx\n"u8.ToArray()),
            ("cards/train/part-1.tsv", "text\tlabel\tlang\none\ta\ten\n"u8.ToArray()), ("cards/dataset_infos.json", "{}"u8.ToArray()),
            ("cards/a-latest.jsonl", "{\"text\":\"zero\",\"split\":\"theirs\"}\n"u8.ToArray()),
            ("cards/../../etc/train.jsonl", "{\"text\":\"outside\"}\n"u8.ToArray())), "cards.zip");

        Assert.Equal(["split", "text", "split (2)", "label", "lang"], file.Columns);
        Assert.Equal([("train", "zero", null), ("train", "one", "a"), ("dev", "two, and more", "a"), ("test", "three", "b")],
            file.Rows.Select(r => (r.Field(0)!, r.Field(1)!, r.Field(3))));
        Assert.Equal(("text", "label", "split"), (file.Preview.Proposed.Text, file.Preview.Proposed.Answer, file.Preview.Proposed.Split));
        Assert.Equal([1, 2, 3, 4], file.Rows.Select(r => r.Line));
    }

    public static TheoryData<string, byte[], string> Hostile => new()
    {
        { "bomb", Zip(("train.jsonl", new byte[(int)ImportLimits.RatioFreeBytes + (1 << 20)])), "unpacks to more than 16 MiB" },
        { "zip in a zip", Zip(("train.csv", Zip(("train.csv", "text\nx\n"u8.ToArray())))), "cannot be read" },
        { "picture", Zip(("train.csv", [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13])), "PNG" },
        { "no parquet", Zip(("train.parquet", "PAR1 and no more than that"u8.ToArray())), "Parquet file is damaged" },
        { "empty", Zip(("train.jsonl", [])), "no rows" },
        { "cut off", Zip(("train.jsonl", "{\"text\":\"one\"}\n"u8.ToArray()))[..60], "damaged" },
        { "card without end", Zip(("README.md", Encoding.UTF8.GetBytes("---\n" + string.Concat(Enumerable.Range(0, 20_000)
            .Select(i => new string(' ', i % 500) + "- - - a:\n")))), ("x.jsonl", [])), "no rows" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Zip_MadeToCostOrDamaged_IsRefusedInWords(string what, byte[] zip, string says) =>
        Assert.True(ReadFile.Refusal(zip, "a.zip").Contains(says, StringComparison.Ordinal), $"{what}: {ReadFile.Refusal(zip, "a.zip")}");

    private static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var whole = new MemoryStream();
        using (var zip = new ZipArchive(whole, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        return whole.ToArray();
    }

    private static async Task<byte[]> ParquetAsync(params (string Text, long Label)[] rows)
    {
        using var whole = new MemoryStream();
        var schema = new ParquetSchema(new DataField<string>("text"), new DataField<long>("label"));
        await using (var writer = await ParquetWriter.CreateAsync(schema, whole))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(schema.DataFields[0], rows.Select(r => r.Text).ToArray());
            await group.WriteAsync<long>(schema.DataFields[1], rows.Select(r => r.Label).ToArray());
        }
        return whole.ToArray();
    }
}
