using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Formats;

/// <summary>doccano's JSON lines: the final answer of each item that has one.</summary>
public sealed class DoccanoFormat : JsonLinesFormat
{
    public override string Name => "doccano";
    public override string Title => "doccano";
    public override IReadOnlyList<ExportWhat> Says => [ExportWhat.Final];

    protected override async IAsyncEnumerable<object> Rows(FormatSource source)
    {
        await foreach (var item in source.ItemsAsync())
        {
            if (item.Final is not { } final) continue;
            var row = new Dictionary<string, object>
            {
                ["id"] = item.Id, ["text"] = item.Item.Text,
                ["label"] = final.Spans?.Select(s => new object[] { s.Start, s.End, s.Label }) ?? (object)final.Words,
            };
            FormatSource.AddMeta(row, item.Item);
            yield return row;
        }
    }
}
