namespace DataEfficiency.Portal.Importing;

/// <summary>The different values of a mapped answer column over the whole file, for the answer set of a new project.</summary>
/// <param name="Values">The most frequent first; at most <see cref="Most"/>.</param>
/// <param name="More">There are more values than can be answers of a single choice.</param>
public sealed record AnswerValues(IReadOnlyList<(string Value, int Rows)> Values, bool More, int Rows, int Unlabelled)
{
    public const int Most = 150;

    public static AnswerValues Of(Func<Stream> open, ColumnMapping mapping, CancellationToken cancel)
    {
        using var reader = RowReaders.Open(open(), mapping.Format);
        var mapper = new RowMapper(mapping with { Use = AnswerUse.HiddenGold }, reader);
        var counts = new Dictionary<string, int>();
        var (rows, unlabelled, more) = (0, 0, false);
        foreach (var source in reader.Rows())
        {
            cancel.ThrowIfCancellationRequested();
            if (mapper.Map(source).Row is not { } row) continue;
            rows++;
            if (row.Answer is null) unlabelled++;
            else if (counts.TryGetValue(row.Answer, out var count)) counts[row.Answer] = count + 1;
            else if (counts.Count < Most) counts[row.Answer] = 1;
            else more = true;
        }
        return new AnswerValues([.. counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value))], more, rows, unlabelled);
    }
}
