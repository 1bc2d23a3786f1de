namespace DataEfficiency.Engine.Tests.House;

/// <summary>The repository that these tests were built from: the folder above them that holds the solution.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static readonly string[] Kinds = [".cs", ".razor", ".js", ".css"];

    /// <summary>Every source file below a folder that a person wrote, with its path from the root.</summary>
    public static IEnumerable<(string Path, string Text)> Files(params string[] parts) =>
        from file in Directory.EnumerateFiles(At(parts), "*", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file).Replace('\\', '/')
        where Kinds.Contains(Path.GetExtension(path))
        // migrations are generated, as .editorconfig says
        where !path.Split('/').Any(p => p is "bin" or "obj" or "Migrations")
        orderby path
        select (path, File.ReadAllText(file));

    /// <summary>Fails with every finding, one a line.</summary>
    public static void None(IEnumerable<string> findings)
    {
        var all = findings.Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(all.Count == 0, $"{all.Count}:\n{string.Join('\n', all)}");
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DataEfficiency.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No DataEfficiency.sln above {AppContext.BaseDirectory}");
    }
}
