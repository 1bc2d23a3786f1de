using System.Reflection;
using System.Text.RegularExpressions;

namespace DataEfficiency.Engine.Tests.House;

/// <summary>A type is public because another project of the product speaks of it, or because one that is
/// needed does in what its callers see.</summary>
public partial class PublicTypeTests
{
    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^@?(?:global )?using (?:static )?(?:\w+ = )?([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    [Theory]
    [InlineData("DataEfficiency.Engine", new[] { "DataEfficiency.Portal", "DataEfficiency.Cli", "DataEfficiency.Hub" })]
    [InlineData(
        "DataEfficiency.Prompts", new[] { "DataEfficiency.Portal", "DataEfficiency.Cli", "DataEfficiency.Hub", "DataEfficiency.Engine" })]
    public void PublicTypes_AllOfThem_AreNeededByAnotherProject(string project, string[] users)
    {
        var types = Assembly.Load(project).GetExportedTypes().Where(t => t.DeclaringType is null).ToList();
        var needed = users.SelectMany(user => Spoken(user, types)).ToHashSet();
        for (var open = new Queue<Type>(needed); open.TryDequeue(out var type);)
            foreach (var seen in References.Signatures(type).Where(t => t.Assembly == type.Assembly && needed.Add(t))) open.Enqueue(seen);
        SourceTree.None(types.Except(needed).Select(t => t.FullName!));
    }

    // A file speaks of a type where its name stands in it and its namespace is open: by a `using` of its own or of all pages, or because
    // it lies inside.
    private static IEnumerable<Type> Spoken(string user, List<Type> types)
    {
        var files = SourceTree.Files("src", user).Select(f => (f.Path, Text: Comment().Replace(f.Text, ""))).ToList();
        var shared = files.Where(f => f.Path.EndsWith("_Imports.razor", StringComparison.Ordinal)).SelectMany(f => Open(f.Text)).ToList();
        foreach (var (path, text) in files)
        {
            var open = Open(text).Concat(path.EndsWith(".razor", StringComparison.Ordinal) ? shared : []).ToHashSet();
            var words = Word().Matches(text).Select(w => w.Value).ToHashSet();
            foreach (var type in types)
                if ((words.Contains(NameOf(type)) || Extends(type, words)) && (open.Contains(type.Namespace!)
                    || $"{user}.".StartsWith(type.Namespace! + ".", StringComparison.Ordinal)
                    || text.Contains($"{type.Namespace!.Split('.')[^1]}.{NameOf(type)}", StringComparison.Ordinal)))
                    yield return type;
        }
    }

    private static IEnumerable<string> Open(string text) => Using().Matches(text).Select(m => m.Groups[1].Value);

    private static string NameOf(Type type) => type.Name.Split('`')[0];

    // Extension methods are called without their class's name.
    private static bool Extends(Type type, HashSet<string> words) => type is { IsAbstract: true, IsSealed: true }
        && type.GetMethods().Any(m => m.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)) && words.Contains(m.Name));
}
