using System.Text;

namespace DataEfficiency.Engine.Randomness;

/// <summary>The randomness of one list of examples, and the small template language that the tasks are written in.</summary>
internal sealed class TaskRandom(string seed)
{
    private readonly SplitMix64 _bits = new(Hash(seed));

    /// <summary>FNV-1a of the UTF-8 text, mixed once, so that similar texts fall far apart. The same on every machine, unlike
    /// string.GetHashCode.</summary>
    public static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 1099511628211UL;
        return new SplitMix64(hash).Next();
    }

    /// <summary>A whole number in [0, below).</summary>
    public int Next(int below) => (int)((_bits.Next() >> 11) * (UInt128)below >> 53);

    public int Between(int low, int high) => low + Next(high - low + 1);

    public bool Chance(double p) => _bits.NextUnit24() < p;

    public T Pick<T>(IReadOnlyList<T> of) => of[Next(of.Count)];

    /// <summary>The first <paramref name="count"/> of a random order.</summary>
    public List<T> Sample<T>(IReadOnlyList<T> of, int count)
    {
        var left = of.ToList();
        var drawn = new List<T>(count);
        while (drawn.Count < count)
        {
            var at = Next(left.Count);
            drawn.Add(left[at]);
            left.RemoveAt(at);
        }
        return drawn;
    }

    /// <summary>Expands "{a|b|}" to one of its alternatives, also nested, e.g. "I {lost|can't find} my {bank |}card".</summary>
    public string Say(string template)
    {
        var at = 0;
        var said = Sequence(template, ref at);
        return at == template.Length ? said : throw new FormatException($"Unbalanced braces at {at} of \"{template}\".");
    }

    private string Sequence(string template, ref int at)
    {
        var text = new StringBuilder();
        while (at < template.Length && template[at] is not ('|' or '}'))
        {
            if (template[at] != '{') text.Append(template[at++]);
            else text.Append(Choice(template, ref at));
        }
        return text.ToString();
    }

    private string Choice(string template, ref int at)
    {
        var alternatives = new List<string>();
        do
        {
            at++;
            alternatives.Add(Sequence(template, ref at));
        }
        while (at < template.Length && template[at] == '|');
        if (at >= template.Length) throw new FormatException($"A brace is not closed in \"{template}\".");
        at++;
        return Pick(alternatives);
    }
}
