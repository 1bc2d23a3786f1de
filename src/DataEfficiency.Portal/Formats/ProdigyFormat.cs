using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Formats;

/// <summary>Prodigy's annotations: a line for each answer, with its session; a skip is an ignored task.</summary>
public sealed class ProdigyFormat : JsonLinesFormat
{
    public override string Name => "prodigy";
    public override string Title => "Prodigy";
    public override IReadOnlyList<ExportWhat> Says => [ExportWhat.Answers, ExportWhat.Final];

    protected override async IAsyncEnumerable<object> Rows(FormatSource source)
    {
        var options = source.LabelTexts.Select(l => new { id = l, text = l }).ToList();
        await foreach (var item in source.ItemsAsync())
        {
            var meta = new Dictionary<string, object>();
            if (item.Item.ExternalId is { } id) meta["id"] = id;
            FormatSource.AddMeta(meta, item.Item);
            foreach (var given in item.Answers)
                yield return new
                {
                    text = item.Item.Text, meta = meta.Count > 0 ? meta : null,
                    options = given.Answer.Labels is null ? null : options, accept = given.Answer.Labels,
                    spans = given.Answer.Spans?.Select(s => new { start = s.Start, end = s.End, label = s.Label }),
                    user_input = given.Answer.Text, answer = "accept", _session_id = $"p-{given.By}",
                    _timestamp = given.Row.CreatedAt / 1000,
                };
            foreach (var skip in item.Skipped)
                yield return new
                {
                    text = item.Item.Text, meta = meta.Count > 0 ? meta : null, answer = "ignore", _session_id = $"p-{skip.By}",
                    _timestamp = skip.At / 1000,
                };
        }
    }
}
