namespace DataEfficiency.Portal.Formats;

/// <summary>All formats, in the order in which they are offered.</summary>
public static class FormatKinds
{
    public static IReadOnlyList<IAnswerFormat> All { get; } =
    [
        new NativeFormat(), new LabelStudioFormat(), new ArgillaFormat(), new ProdigyFormat(), new DoccanoFormat(), new HuggingFaceFormat(),
        new HuggingFaceFormat(isParquet: true), new ConllFormat(), new SpacyFormat(), new CsvFormat(),
    ];

    /// <summary>As programs name them.</summary>
    internal static string Names(IEnumerable<IAnswerFormat> formats) => string.Join(", ", formats.Select(f => f.Name));

    public static IAnswerFormat? Find(string name) => All.FirstOrDefault(f => f.Name == name);
}
