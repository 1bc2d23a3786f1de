using System.IO.Compression;
using System.Text;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>A data set folder as the Hugging Face hub has it, zipped: README.md with its YAML head, JSON lines for each split.</summary>
public sealed class HuggingFaceFormat : IAnswerFormat
{
    public string Name => "huggingface";
    public string Title => "Hugging Face";
    public string Ending => ".huggingface.zip";
    public string MediaType => "application/zip";

    public bool Holds(Project project) => true;

    public IReadOnlyList<ExportWhat> Says => [ExportWhat.Final];

    public async Task WriteAsync(FormatSource source, Stream output, CancellationToken cancellation)
    {
        using var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        var rows = new Dictionary<string, int>();
        // an archive is written file by file: one pass for each split
        foreach (var (split, name) in new[] { (ItemSplit.Pool, "train"), (ItemSplit.Validation, "validation"), (ItemSplit.Test, "test") })
        {
            await using var items = Rows(source, split, () => rows[name] = rows.GetValueOrDefault(name) + 1)
                .GetAsyncEnumerator(cancellation);
            if (!await items.MoveNextAsync()) continue;
            await using var file = archive.CreateEntry($"data/{name}.jsonl").Open();
            await FormatJson.LinesAsync(file, Rest(items), cancellation);
        }
        await using var readme = archive.CreateEntry("README.md").Open();
        await readme.WriteAsync(Encoding.UTF8.GetBytes(Card(source, rows)), cancellation);
    }

    private static async IAsyncEnumerable<object> Rest(IAsyncEnumerator<object> items)
    {
        do yield return items.Current;
        while (await items.MoveNextAsync());
    }

    private static async IAsyncEnumerable<object> Rows(FormatSource source, ItemSplit split, Action counted)
    {
        await foreach (var item in source.ItemsAsync())
        {
            if (item.Item.Split != split || item.Final is not { } final) continue;
            counted();
            yield return new Dictionary<string, object?>
            {
                ["id"] = item.Id, ["text"] = item.Item.Text,
                ["label"] = final.Text ?? (object?)final.Spans?.Select(s => new { start = s.Start, end = s.End, label = s.Label })
                    ?? (source.Project.Kind().IsSet ? final.Labels : final.Labels![0]),
            };
        }
    }

    private static string Card(FormatSource source, Dictionary<string, int> rows)
    {
        var card = new StringBuilder("---\nconfigs:\n- config_name: default\n  data_files:\n");
        foreach (var name in rows.Keys) card.Append($"  - split: {name}\n    path: data/{name}.jsonl\n");
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
