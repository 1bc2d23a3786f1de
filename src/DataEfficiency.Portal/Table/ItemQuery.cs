using System.Globalization;
using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Table;

/// <summary>
/// A filter as the part of an address behind the question mark, which the API takes, the page keeps and a saved view is:
/// <c>label=7&amp;seconds=20..&amp;metadata.city=Bath&amp;sort=-confidence</c>. What it does not know is refused, not passed on.
/// </summary>
public static class ItemQuery
{
    public const string Sort = "sort";
    private const string MetadataPrefix = "metadata.", Between = "..";
    private const int LongestValue = 500;

    private static readonly Dictionary<string, ItemColumn> Columns = Enum.GetValues<ItemColumn>().ToDictionary(NameOf);

    public static string NameOf<T>(T name) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName($"{name}");

    /// <param name="own">What else may stand there, which is not a filter's.</param>
    public static (ItemFilter Filter, Said? Problem) Read(IEnumerable<KeyValuePair<string, string>> query, params string[] own)
    {
        var filter = new ItemFilter();
        foreach (var (name, value) in query.Where(q => !own.Contains(q.Key) && q.Value.Length > 0))
        {
            var (next, problem) = value.Length > LongestValue ? (filter, TableWords.ValueTooLong(column: name, most: LongestValue))
                : Add(filter, name, value);
            if (problem is not null) return (filter, problem);
            filter = next;
        }
        return (filter, null);
    }

    private static (ItemFilter, Said?) Add(ItemFilter filter, string name, string value)
    {
        if (name == Sort)
            return Chosen<ItemSort>(value.TrimStart('-')) is { } sort
                ? (filter with { Sort = sort, Descending = value.StartsWith('-') }, null)
                : (filter, TableWords.UnknownSort(value: value, sorts: Names<ItemSort>()));
        if (name.StartsWith(MetadataPrefix, StringComparison.Ordinal))
            return (filter with { Metadata = new(name[MetadataPrefix.Length..], value) }, null);
        if (!Columns.TryGetValue(name, out var column) || column == ItemColumn.Metadata)
            return (filter, TableWords.UnknownColumn(column: name, columns: Names<ItemColumn>()));
        ItemFilter? read = column switch
        {
            ItemColumn.Text => filter with { Text = value },
            ItemColumn.Id => filter with { Id = value },
            ItemColumn.Annotator => filter with { Annotator = value },
            ItemColumn.Label => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var label)
                ? filter with { Label = label } : null,
            ItemColumn.Status => Chosen<ItemStatus>(value) is { } status ? filter with { Status = status } : null,
            ItemColumn.Stratum => Chosen<Stratum>(value) is { } stratum ? filter with { Stratum = stratum } : null,
            ItemColumn.Skips => Range(value, Number) is { } skips ? filter with { Skips = skips } : null,
            ItemColumn.Seconds => Range(value, Number) is { } seconds ? filter with { Seconds = seconds } : null,
            ItemColumn.Answered => Range(value, Day) is { } days ? filter with { Answered = days with { To = EndOf(days.To) } } : null,
            _ => bool.TryParse(value, out var yes) ? column switch
            {
                ItemColumn.Disagreement => filter with { Disagreement = yes },
                ItemColumn.Flag => filter with { Flag = yes },
                ItemColumn.Note => filter with { Note = yes },
                ItemColumn.Suspect => filter with { Suspect = yes },
                _ => filter with { Gold = yes },
            } : null,
        };
        return read is null ? (filter, TableWords.BadValue(column: name, value: value, expected: Expected(column))) : (read, null);
    }

    /// <summary>The filter with another value of one column; without one: nothing is asked of it any more.</summary>
    public static (ItemFilter Filter, Said? Problem) With(ItemFilter filter, ItemColumn column, string value) =>
        Read(Parts(filter).Where(p => p.Name != NameOf(column)).Select(p => KeyValuePair.Create(p.Name, p.Value ?? ""))
            .Append(KeyValuePair.Create(NameOf(column), value)));

    /// <summary>What is asked of a column, as <see cref="Read"/> reads it; null: nothing.</summary>
    public static string? ValueOf(ItemFilter filter, ItemColumn column) => Parts(filter).First(p => p.Name == NameOf(column)).Value;

    /// <summary>What <see cref="Read"/> reads back.</summary>
    public static string Write(ItemFilter filter) => string.Join('&', Parts(filter).Where(p => !string.IsNullOrEmpty(p.Value))
        .Select(p => $"{Uri.EscapeDataString(p.Name)}={Uri.EscapeDataString(p.Value!)}"));

    private static List<(string Name, string? Value)> Parts(ItemFilter filter) =>
        [
            (NameOf(ItemColumn.Text), filter.Text), (NameOf(ItemColumn.Id), filter.Id),
            (NameOf(ItemColumn.Label), filter.Label?.ToString(CultureInfo.InvariantCulture)),
            (NameOf(ItemColumn.Annotator), filter.Annotator),
            (NameOf(ItemColumn.Status), filter.Status is { } status ? NameOf(status) : null),
            (NameOf(ItemColumn.Stratum), filter.Stratum is { } stratum ? NameOf(stratum) : null),
            (NameOf(ItemColumn.Disagreement), Words(filter.Disagreement)), (NameOf(ItemColumn.Flag), Words(filter.Flag)),
            (NameOf(ItemColumn.Note), Words(filter.Note)), (NameOf(ItemColumn.Skips), Words(filter.Skips, Number)),
            (NameOf(ItemColumn.Suspect), Words(filter.Suspect)), (NameOf(ItemColumn.Seconds), Words(filter.Seconds, Number)),
            (NameOf(ItemColumn.Answered), Words(filter.Answered, Day)), (NameOf(ItemColumn.Gold), Words(filter.Gold)),
            (MetadataPrefix + filter.Metadata?.Name, filter.Metadata?.Value),
            (Sort, filter is { Sort: ItemSort.File, Descending: false } ? null : (filter.Descending ? "-" : "") + NameOf(filter.Sort)),
        ];

    private static string Names<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(NameOf));

    private static T? Chosen<T>(string value) where T : struct, Enum =>
        Enum.GetValues<T>().Where(v => NameOf(v) == value).Select(v => (T?)v).FirstOrDefault();

    private static string Expected(ItemColumn column) => column switch
    {
        ItemColumn.Label => TableWords.ExpectedLabel,
        ItemColumn.Status => Names<ItemStatus>(),
        ItemColumn.Stratum => Names<Stratum>(),
        ItemColumn.Skips or ItemColumn.Seconds => TableWords.ExpectedRange,
        ItemColumn.Answered => TableWords.ExpectedDays,
        _ => "true, false",
    };

    // "5..20", "5..", "..20", "5"
    private static ItemRange? Range(string value, Func<string, double?> read)
    {
        var cut = value.IndexOf(Between, StringComparison.Ordinal);
        var (from, to) = cut < 0 ? (value, value) : (value[..cut], value[(cut + Between.Length)..]);
        if (from.Length == 0 && to.Length == 0) return null;
        var ends = (From: from.Length == 0 ? null : read(from), To: to.Length == 0 ? null : read(to));
        return from.Length > 0 && ends.From is null || to.Length > 0 && ends.To is null ? null : new(ends.From, ends.To);
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);

    // days of UTC: who reads a shared view in another zone sees the same items
    private static double? Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture,
        DateTimeStyles.None, out var day)
        ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds() : null;

    private static string Day(double at) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static double? EndOf(double? day) => day + TimeSpan.FromDays(1).TotalMilliseconds - 1;

    private static string? Words(bool? value) => value switch { null => null, true => "true", false => "false" };

    private static string? Words(ItemRange? range, Func<double, string> write) => range switch
    {
        null => null,
        { From: { } from, To: { } to } when write(from) == write(to) => write(from),
        _ => $"{(range.From is { } from ? write(from) : "")}{Between}{(range.To is { } to ? write(to) : "")}",
    };
}
