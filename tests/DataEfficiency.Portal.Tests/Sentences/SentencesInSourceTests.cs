using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace DataEfficiency.Portal.Tests.Sentences;

/// <summary>Sentences that people read stand in resources, and each resource is of use.</summary>
public sealed partial class SentencesInSourceTests
{
    private static readonly string Portal = Path.Combine(PortalFactory.RepositoryRoot, "src", "DataEfficiency.Portal");
    private static readonly string Scripts = Path.Combine(PortalFactory.RepositoryRoot, "wwwroot", "js");

    // what a program or a developer reads: allowed wherever it is
    private static readonly Regex ForDevelopers = DeveloperLine();

    [Fact]
    public void Source_HasNoSentenceOutsideOfResources()
    {
        var allowed = File.ReadAllLines(Path.Combine(PortalFactory.RepositoryRoot, "tests", "DataEfficiency.Portal.Tests", "Sentences",
            "allowed.txt")).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(": ", 2)).ToLookup(l => l[0], l => l[1]);
        var used = new HashSet<string>();
        var found = new List<string>();
        foreach (var (path, text) in Files())
        {
            var lines = text.Split('\n');
            foreach (var (line, literal) in Literals(path, text))
            {
                if (ForDevelopers.IsMatch(string.Join(' ', lines[Math.Max(0, line - 2)..line]))) continue;
                if (allowed[path].FirstOrDefault(a => a == "*" || literal.Contains(a, StringComparison.Ordinal)) is { } place)
                    used.Add($"{path}: {place}");
                else found.Add($"{path}: {literal.Replace('\0', '…')}");
            }
        }
        Assert.True(found.Count == 0, $"{found.Count} sentences outside of resources:\n{string.Join('\n', found)}");
        var idle = allowed.SelectMany(a => a.Select(p => $"{a.Key}: {p}")).Except(used).ToList();
        Assert.True(idle.Count == 0, $"allowed.txt allows what is not there:\n{string.Join('\n', idle)}");
    }

    [Fact]
    public void Sentences_EachIsUsed_AndItsArgumentsAreNamed()
    {
        var sources = Files().Select(f => f.Text).ToList();
        var wrong = new List<string>();
        foreach (var resx in Directory.EnumerateFiles(Portal, "*Words.resx", SearchOption.AllDirectories).Where(f => !IsBuilt(f)))
        {
            var room = Path.GetFileNameWithoutExtension(resx);
            var readers = room == "ScriptWords" ? Files(".js").Select(f => f.Text).ToList() : sources.Where(s => s.Contains(room)).ToList();
            foreach (var sentence in XDocument.Load(resx).Root!.Elements("data"))
            {
                var key = sentence.Attribute("name")!.Value;
                if (!readers.Any(s => Regex.IsMatch(s, $@"\b{key}\b"))) wrong.Add($"{room}.{key} is not used");
                var calls = new Regex($@"\b{room}\.{key}\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)");
                foreach (var call in readers.SelectMany(s => calls.Matches(s)))
                    if (Arguments(call.Groups[1].Value) is { Count: > 1 } given && given.Any(a => !Regex.IsMatch(a, @"^\s*\w+:(?!:)")))
                        wrong.Add($"{call.Value}: name the arguments");
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count}:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void Scripts_SayOnlySentencesThatThereAre_WithTheirArguments()
    {
        var sentences = XDocument.Load(Path.Combine(Portal, "Labeling", "ScriptWords.resx")).Root!.Elements("data")
            .ToDictionary(d => d.Attribute("name")!.Value, d => Regex.Replace(d.Element("value")!.Value, @"\s+", " "));
        var wrong = new List<string>();
        foreach (var (path, text) in Files(".js"))
            foreach (Match call in Regex.Matches(text, @"\bsay\('(\w+)'(?:, \{([^}]*)\})?"))
            {
                if (!sentences.TryGetValue(call.Groups[1].Value, out var sentence))
                    wrong.Add($"{path}: there is no {call.Groups[1].Value}");
                else
                    foreach (var name in Regex.Matches(sentence, @"\{(\w+)[,}]").Select(m => m.Groups[1].Value).Distinct())
                        if (!Regex.IsMatch(call.Groups[2].Value, $@"\b{name}\b")) wrong.Add($"{path}: {call.Groups[1].Value} lacks {name}");
            }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<(int Line, string Text)> Literals(string path, string text)
    {
        var literals = path.EndsWith(".razor", StringComparison.Ordinal)
            ? SourceLiterals.OfMarkup(text).Concat(SourceLiterals.OfCode(CodeOf(text), false))
            : SourceLiterals.OfCode(text, path.EndsWith(".js", StringComparison.Ordinal));
        return literals.Where(l => SourceLiterals.IsSentence(l.Text));
    }

    // lines stay where they are: only what is C# is left of a page
    private static string CodeOf(string razor)
    {
        var code = Regex.Match(razor, @"^@code\b", RegexOptions.Multiline);
        return code.Success ? new string('\n', razor.AsSpan(0, code.Index).Count('\n')) + razor[code.Index..] : "";
    }

    private static List<string> Arguments(string inside)
    {
        var (all, from, depth) = (new List<string>(), 0, 0);
        for (var i = 0; i < inside.Length; i++)
            if (inside[i] is '(' or '[' or '{') depth++;
            else if (inside[i] is ')' or ']' or '}') depth--;
            else if (inside[i] == ',' && depth == 0) { all.Add(inside[from..i]); from = i + 1; }
        all.Add(inside[from..]);
        return all;
    }

    private static IEnumerable<(string Path, string Text)> Files(params string[] kinds) =>
        from folder in new[] { Portal, Scripts }
        from file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        where (kinds.Length > 0 ? kinds : [".cs", ".razor", ".js"]).Contains(Path.GetExtension(file)) && !IsBuilt(file)
        orderby file
        select (Path.GetRelativePath(folder == Portal ? Portal : PortalFactory.RepositoryRoot, file).Replace('\\', '/'),
            File.ReadAllText(file));

    private static bool IsBuilt(string file) => file.Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj" or "Migrations");

    [GeneratedRegex(@"LoggerMessage|[lL]og(ger)?\.Log|(?<!Import|Hub|Model|Argument)Exception\(|\.Validate\(|AuditTrail\.Add|"
        + "GeneratedRegex")]
    private static partial Regex DeveloperLine();
}
