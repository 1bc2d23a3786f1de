namespace DataEfficiency.Words;

/// <summary>The names between the braces of a sentence, in the order in which they come first; those inside of plural forms too.</summary>
internal static class Placeholders
{
    public static List<string> Of(string key, string sentence)
    {
        var names = new List<string>();
        var at = 0;
        Text(key, sentence, ref at, names, inside: false);
        return at == sentence.Length ? names : throw new FormatException($"{key}: a brace is closed that was not opened.");
    }

    private static void Text(string key, string sentence, ref int at, List<string> names, bool inside)
    {
        for (; at < sentence.Length && sentence[at] != '}'; at++)
        {
            if (sentence[at] == '{') Argument(key, sentence, ref at, names);
            else if (sentence[at] == '\'' && at + 1 < sentence.Length && sentence[at + 1] == '\'') at++;
            else if (sentence[at] == '\'' && at + 1 < sentence.Length && sentence[at + 1] is '{' or '}')
            {
                at = sentence.IndexOf('\'', at + 1);
                if (at < 0) throw new FormatException($"{key}: a quote before a brace is not closed.");
            }
        }
        if (inside && at >= sentence.Length) throw new FormatException($"{key}: a brace is not closed.");
    }

    // stands at the opening brace, ends at the closing one
    private static void Argument(string key, string sentence, ref int at, List<string> names)
    {
        var end = sentence.IndexOfAny([',', '}'], at);
        if (end < 0) throw new FormatException($"{key}: a brace is not closed.");
        var name = sentence.Substring(at + 1, end - at - 1).Trim();
        if (name.Length == 0 || !name.All(char.IsLetterOrDigit)) throw new FormatException($"{key}: '{name}' is no name of an argument.");
        if (!names.Contains(name)) names.Add(name);
        for (at = end; at < sentence.Length && sentence[at] != '}'; at++)
        {
            if (sentence[at] != '{') continue;
            at++;
            Text(key, sentence, ref at, names, inside: true);
        }
        if (at >= sentence.Length) throw new FormatException($"{key}: a brace is not closed.");
    }
}
