using System.Text.RegularExpressions;
using System.Xml.Linq;
using DataEfficiency.Portal.Sentences;
using Xunit;

namespace DataEfficiency.Portal.Tests.Sentences;

/// <summary>Every sentence is there in every language, with the same placeholders and marks, and is not the English one left as it
/// was.</summary>
public sealed partial class TranslationsTests
{
    private static readonly string Portal = Path.Combine(PortalFactory.RepositoryRoot, "src", "DataEfficiency.Portal");

    public static TheoryData<string> Others => [.. Languages.All.Where(l => l != "en")];

    [Theory]
    [MemberData(nameof(Others))]
    public void Sentences_OfTheLanguage_AreThoseOfEnglish_InItsOwnWords(string language)
    {
        var alike = File.ReadAllLines(Path.Combine(PortalFactory.RepositoryRoot, "tests", "DataEfficiency.Portal.Tests", "Sentences",
            "alike.txt")).Where(l => l.StartsWith($"{language}: ", StringComparison.Ordinal)).Select(l => l[(language.Length + 2)..])
            .ToHashSet();
        var (wrong, met) = (new List<string>(), new HashSet<string>());
        foreach (var file in Directory.EnumerateFiles(Portal, "*Words.resx", SearchOption.AllDirectories).Where(f => !IsBuilt(f)).Order())
        {
            var own = Path.ChangeExtension(file, $"{language}.resx");
            var room = Path.GetFileNameWithoutExtension(own);
            if (!File.Exists(own))
            {
                wrong.Add($"{room} is missing");
                continue;
            }
            var (english, theirs) = (Read(file), Read(own));
            wrong.AddRange(english.Keys.Except(theirs.Keys).Select(k => $"{room} lacks {k}: {english[k]}"));
            wrong.AddRange(theirs.Keys.Except(english.Keys).Select(k => $"{room} has {k}, which English has not"));
            foreach (var (key, said) in theirs.Where(t => english.ContainsKey(t.Key)))
            {
                if (PatternShape.Of(said) is var shape && shape != PatternShape.Of(english[key]))
                    wrong.Add($"{room}.{key} has ({shape}) where English has ({PatternShape.Of(english[key])})");
                if (!Marks(said).SequenceEqual(Marks(english[key]))) wrong.Add($"{room}.{key} has other marks, links or code than English");
                if (said != english[key] || !HasWords(said)) continue;
                met.Add(said);
                if (!alike.Contains(said)) wrong.Add($"{room}.{key} is the English one: {said}");
            }
        }
        wrong.AddRange(alike.Except(met).Select(a => $"alike.txt lists “{a}”, which no sentence is"));
        Assert.True(wrong.Count == 0, $"{wrong.Count}:\n{string.Join('\n', wrong)}");
    }

    // where a link leads, what is code, where a component stands; not the words between
    private static IEnumerable<string> Marks(string said) => Mark().Matches(said).Select(m => m.Value).Order(StringComparer.Ordinal);

    private static Dictionary<string, string> Read(string resx) => XDocument.Load(resx).Root!.Elements("data").ToDictionary(
        d => d.Attribute("name")!.Value, d => Regex.Replace(d.Element("value")!.Value, @"\s*\n\s*", " "));

    private static bool HasWords(string said) => Choice().Replace(Placeholder().Replace(said, ""), "").Any(char.IsLetter);

    private static bool IsBuilt(string file) => file.Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj");

    [GeneratedRegex(@"\[\[\w+\]\]|\]\([^)]+\)|`[^`]+`|\*\*")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\{\w+(, number[^{}]*)?\}")]
    private static partial Regex Placeholder();

    // what is written around the forms of a plural or a select
    [GeneratedRegex(@"\{\w+, (plural|select),|(=\d+|\w+)\s*(?=\{)")]
    private static partial Regex Choice();
}
