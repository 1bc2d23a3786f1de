using System.IO.Compression;
using System.Text;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>A data set folder as the Hugging Face hub has it, zipped: README.md with its YAML head, JSON lines or Parquet for each
/// split.</summary>
public sealed class HuggingFaceFormat(bool isParquet = false) : IAnswerFormat
{
    public string Name => isParquet ? "huggingface-parquet" : "huggingface";
    public string Title => isParquet ? "Hugging Face, Parquet" : "Hugging Face";
    public string Ending => $".{Name}.zip";
    public string MediaType => "application/zip";

    public bool Holds(Project project) => true;

    public IReadOnlyList<ExportWhat> Says => [ExportWhat.Final];

    public async Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation)
    {
        using var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        var (rows, ending) = (new Dictionary<string, int>(), isParquet ? "parquet" : "jsonl");
        // an archive is written file by file: one pass for each split
        foreach (var (split, name) in new[] { (ItemSplit.Pool, "train"), (ItemSplit.Validation, "validation"), (ItemSplit.Test, "test") })
        {
            await using var items = Items(source, split, () => rows[name] = rows.GetValueOrDefault(name) + 1)
                .GetAsyncEnumerator(cancellation);
            if (!await items.MoveNextAsync()) continue;
            // Parquet is packed already
            await using var file = archive.CreateEntry($"data/{name}.{ending}", isParquet ? CompressionLevel.NoCompression
                : CompressionLevel.Optimal).Open();
            if (isParquet) await ParquetSplit.WriteAsync(file, source.Project.Kind().Shape, Rest(items), cancellation);
            else await FormatJson.LinesAsync(file, Rows(source, Rest(items)), cancellation);
        }
        await using var readme = archive.CreateEntry("README.md").Open();
        await readme.WriteAsync(Encoding.UTF8.GetBytes(Card(source, rows, ending)), cancellation);
    }

    private static async IAsyncEnumerable<FormatItem> Rest(IAsyncEnumerator<FormatItem> items)
    {
        do yield return items.Current;
        while (await items.MoveNextAsync());
    }

    private static async IAsyncEnumerable<FormatItem> Items(FormatSource source, ItemSplit split, Action counted)
    {
        await foreach (var item in source.ItemsAsync())
        {
            if (item.Item.Split != split || item.Final is null) continue;
            counted();
            yield return item;
        }
    }

    private static async IAsyncEnumerable<object> Rows(FormatSource source, IAsyncEnumerable<FormatItem> items)
    {
        await foreach (var item in items)
            yield return new Dictionary<string, object?>
            {
                ["id"] = item.Id, ["text"] = item.Item.Text,
                ["label"] = item.Final!.Text
                    ?? (object?)item.Final.Spans?.Select(s => new { start = s.Start, end = s.End, label = s.Label })
                    ?? (source.Project.Kind().IsSet ? item.Final.Labels : item.Final.Labels![0]),
            };
    }

    private static string Card(FormatSource source, Dictionary<string, int> rows, string ending)
    {
        var card = new StringBuilder("---\nconfigs:\n- config_name: default\n  data_files:\n");
        foreach (var name in rows.Keys) card.Append($"  - split: {name}\n    path: data/{name}.{ending}\n");
        card.Append("dataset_info:\n  features:\n  - name: id\n    dtype: string\n  - name: text\n    dtype: string\n");
        card.Append(source.Project.Kind().Shape switch
        {
            AnswerShape.Labels => "  - name: label\n    sequence: string\n",
            AnswerShape.Spans => "  - name: label\n    list:\n    - name: start\n      dtype: int64\n    - name: end\n      dtype: int64\n"
                + "    - name: label\n      dtype: string\n",
            _ => "  - name: label\n    dtype: string\n",
        });
        card.Append("  splits:\n");
        foreach (var (name, count) in rows) card.Append($"  - name: {name}\n    num_examples: {count}\n");
        // whatever people typed stands below the head, as text
        return card.Append($"---\n# {Line(source.Project.Name)}\n\n{Line(source.Project.Instruction)}\n").ToString();
    }

    private static string Line(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
