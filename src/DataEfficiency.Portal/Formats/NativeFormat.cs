using System.Text.Json;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>The portal's own: every item, answered or not, with each answer of each person.</summary>
public sealed class NativeFormat : JsonLinesFormat
{
    public override string Name => "native";
    public override string Title => "DataEfficiency";
    public override IReadOnlyList<ExportWhat> Says => [ExportWhat.Both, ExportWhat.Final, ExportWhat.Answers];

    protected override async IAsyncEnumerable<object> Rows(FormatSource source)
    {
        await foreach (var item in source.ItemsAsync())
            yield return new
            {
                id = item.Item.ExternalId, line = item.Item.Line, text = item.Item.Text, fields = Raw(item.Item.Parts),
                meta = Raw(item.Item.Metadata), gold = Gold(item.Item), split = Word(item.Item.Split), places = item.Places,
                stratum = item.Settled is { } s ? Strata.Name(s.Stratum) : null, schema = item.Settled?.SchemaVersion,
                final = source.What != ExportWhat.Answers && item.Settled is { } f ? Say(source.Project, item.Final, Word(f.By)) : null,
                answers = source.What == ExportWhat.Final ? null : item.Given.Select(g => new
                {
                    submission = g.Row.SubmissionId, by = g.By, at = DateTimeOffset.FromUnixTimeMilliseconds(g.Row.CreatedAt),
                    ms = g.Row.ActiveMilliseconds > 0 ? g.Row.ActiveMilliseconds : (int?)null, rev = g.Row.Revision,
                    role = g.Row.Surplus ? "surplus" : g.Row.Role == AnswerRole.Annotator ? null : Word(g.Row.Role),
                    answer = Say(source.Project, g.Answer, null),
                    words = source.Project.Kind().Words(g.Row, source.Labels),
                }),
                skips = item.Skipped.Count == 0 ? null : item.Skipped.Select(s => new
                {
                    by = s.By, at = DateTimeOffset.FromUnixTimeMilliseconds(s.At), reason = s.Reason,
                }),
            };
    }

    private static Dictionary<string, object> Say(Project project, FormatAnswer? answer, string? by)
    {
        var said = new Dictionary<string, object>();
        if (answer?.Text is { } text) said["text"] = text;
        else if (answer?.Spans is { } spans) said["spans"] = spans.Select(s => new { start = s.Start, end = s.End, label = s.Label });
        else if (answer?.Labels is { } labels && project.Kind().IsSet) said["labels"] = labels;
        else if (answer?.Labels is { } one) said["label"] = one[0];
        if (by is not null) said["by"] = by;
        return said;
    }

    private static string Word(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static object? Gold(Item item) => item.RightAnswers is { } right ? Raw(right) : item.Gold;

    private static JsonElement? Raw(string? stored) => stored is null ? null : JsonSerializer.Deserialize<JsonElement>(stored);
}
