namespace DataEfficiency.Portal.Importing;

/// <summary>Labels as a CoNLL file can hold them: without blanks, and told apart from every other.</summary>
internal static class ConllTags
{
    /// <returns>Of each label, by its answer text.</returns>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> labels)
    {
        var tags = new Dictionary<string, string>();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        // a label that can stand there as it is keeps its name
        foreach (var label in labels.Distinct().OrderBy(l => l.Any(char.IsWhiteSpace)))
        {
            var tag = string.Concat(label.Select(c => char.IsWhiteSpace(c) ? '_' : c));
            while (!taken.Add(tag)) tag += '_';
            tags[label] = tag;
        }
        return tags;
    }
}
