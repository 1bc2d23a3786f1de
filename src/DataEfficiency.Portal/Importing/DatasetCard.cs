using System.Globalization;

namespace DataEfficiency.Portal.Importing;

/// <summary>What the head of a Hugging Face data set's README.md says: which files are which split, and what labels that are numbers
/// mean.</summary>
/// <param name="Files">A split and a pattern of paths each, of the default configuration.</param>
internal sealed record DatasetCard(IReadOnlyList<(string Split, string Pattern)> Files, ClassNames Classes)
{
    private const int Deepest = 8;

    public static DatasetCard Of(string readme)
    {
        var head = YamlHead.Of(readme);
        var config = Chosen(Map(head)?.GetValueOrDefault("configs"));
        var info = Chosen(Map(head)?.GetValueOrDefault("dataset_info"), config?.GetValueOrDefault("config_name") as string);
        return new([.. FilesOf(config?.GetValueOrDefault("data_files"))], new ClassNames(NamesOf(info?.GetValueOrDefault("features"))));
    }

    // one of several configurations: the default one, else the first
    private static Dictionary<string, object?>? Chosen(object? configs, string? name = null)
    {
        if (configs is not List<object?> list) return Map(configs);
        var all = list.Select(Map).OfType<Dictionary<string, object?>>().ToList();
        string? Name(Dictionary<string, object?> c) => c.GetValueOrDefault("config_name") as string;
        return all.Find(c => name is not null && Name(c) == name) ?? all.Find(c => c.GetValueOrDefault("default") is "true")
            ?? all.Find(c => Name(c) == "default") ?? all.FirstOrDefault();
    }

    private static IEnumerable<(string, string)> FilesOf(object? files) => files switch
    {
        string path => [("train", path)],
        Dictionary<string, object?> named => named.SelectMany(n => Paths(n.Value).Select(p => (n.Key, p))),
        List<object?> list => list.SelectMany(f => f is string path ? [("train", path)]
            : Map(f) is not { } file ? []
            : Paths(file.GetValueOrDefault("path")).Select(p => (file.GetValueOrDefault("split") as string ?? "train", p))),
        _ => [],
    };

    private static IEnumerable<string> Paths(object? paths) => paths is List<object?> list ? list.OfType<string>() : paths is string one
        ? [one] : [];

    private static Dictionary<string, IReadOnlyList<string>> NamesOf(object? features)
    {
        var found = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var feature in (features as List<object?> ?? []).Select(Map).OfType<Dictionary<string, object?>>())
            if (feature.GetValueOrDefault("name") is string name && Names(feature, 0) is { Count: > 0 } names) found[name] = names;
        return found;
    }

    // {dtype: {class_label: {names: {'0': neg, '1': pos}}}}, in a sequence or not
    private static List<string>? Names(object? value, int depth)
    {
        if (depth > Deepest || Map(value) is not { } map) return null;
        if (Map(map.GetValueOrDefault("class_label"))?.GetValueOrDefault("names") is not { } names)
            return map.Values.Select(v => Names(v, depth + 1)).FirstOrDefault(n => n is not null);
        return names is List<object?> list ? [.. list.Select(n => n as string ?? "")] : Map(names) is not { } numbered ? null
            : [.. numbered.OrderBy(n => int.TryParse(n.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at
                : int.MaxValue).Select(n => n.Value as string ?? "")];
    }

    private static Dictionary<string, object?>? Map(object? value) => value as Dictionary<string, object?>;
}
