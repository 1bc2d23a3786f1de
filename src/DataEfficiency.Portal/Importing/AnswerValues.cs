namespace DataEfficiency.Portal.Importing;

/// <summary>The different values of a mapped answer column over the whole file, for the answer set of a project.</summary>
/// <param name="Values">The most frequent first; at most <see cref="Most"/>. Values that differ in case only are one, as when they are
/// imported.</param>
/// <param name="More">There are more values than can be answers of a single choice.</param>
/// <param name="Rows">Rows that can be imported at all.</param>
/// <param name="Unlabelled">Those of them without an answer.</param>
public sealed record AnswerValues(IReadOnlyList<(string Value, int Rows)> Values, bool More, int Rows, int Unlabelled)
{
    public const int Most = 150;

    /// <exception cref="ImportException">The file cannot be read so.</exception>
    public static AnswerValues Of(Func<Stream> open, ColumnMapping mapping, CancellationToken cancellation)
    {
        using var reader = RowReaders.Open(open(), mapping.Format);
        var mapper = new RowMapper(mapping with { Use = AnswerUse.HiddenGold }, reader);
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var (rows, unlabelled, more) = (0, 0, false);
        foreach (var source in reader.Rows())
        {
            cancellation.ThrowIfCancellationRequested();
            if (mapper.Map(source).Row is not { } row) continue;
            rows++;
            var answers = row.People is { Count: > 0 } people ? people.SelectMany(p => p.Answers).Union(row.Answers).ToList() : row.Answers;
            if (answers.Count == 0) unlabelled++;
            foreach (var answer in answers)
                if (counts.TryGetValue(answer, out var count)) counts[answer] = count + 1;
                else if (counts.Count < Most) counts[answer] = 1;
                else more = true;
        }
        var ordered = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value));
        return new AnswerValues([.. ordered], more, rows, unlabelled);
    }
}
