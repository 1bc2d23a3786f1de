// Reads plain text for pre-training from files and folders: text, html, gzip, and the data files of WordNet.
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Pretraining;

/// <param name="Kind">What the text is, e.g. "speech"; also an answer of a generated exercise. Null where the source was given without a
/// kind.</param>
public sealed record TextDocument(string? Kind, string Path, string Text);

/// <summary>One source, written as PATH or KIND=PATH.</summary>
public sealed partial record TextSource(string? Kind, string Path)
{
    private const int ShortestDocument = 200;

    /// <exception cref="FileNotFoundException">Neither a file nor a folder stands at the path.</exception>
    public static TextSource Parse(string argument)
    {
        var at = argument.IndexOf('=');
        var source = at > 0 && !argument[..at].Contains('/') ? new TextSource(argument[..at], argument[(at + 1)..])
            : new TextSource(null, argument);
        if (!File.Exists(source.Path) && !Directory.Exists(source.Path))
            throw new FileNotFoundException($"There is no text at {source.Path}: give a file or a folder, as PATH or KIND=PATH.");
        return source;
    }

    /// <summary>All documents in the order of their paths. Files of other types and documents under 200 characters are passed
    /// over.</summary>
    /// <exception cref="InvalidDataException">A file is not UTF-8; the message names file and line.</exception>
    public IEnumerable<TextDocument> Read()
    {
        var files = File.Exists(Path) ? [Path]
            : Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        foreach (var file in files)
            if (ReadFile(file) is { } text && text.Length >= ShortestDocument) yield return new TextDocument(Kind, file, text);
    }

    private static string? ReadFile(string file)
    {
        var name = System.IO.Path.GetFileName(file);
        if (name.StartsWith("data.", StringComparison.Ordinal)) return Glosses(Text(file).Split('\n'));
        if (name.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var unpacked = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            return Tidy(Encoding.UTF8.GetString(Utf8File.Read(file, unpacked)));
        }
        return System.IO.Path.GetExtension(file) switch
        {
            ".txt" => Tidy(VerseNumber().Replace(Text(file), "")),
            ".html" or ".htm" => Tidy(StripHtml(Text(file))),
            _ => null,
        };
    }

    private static string Text(string file) => Encoding.UTF8.GetString(Utf8File.Read(file));

    /// <summary>The lines of a WordNet data file as "word: meaning".</summary>
    internal static string Glosses(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            var bar = line.IndexOf('|');
            if (bar < 0 || line.StartsWith(' ')) continue; // the licence stands in front, indented
            text.Append(line.Split(' ', 6)[4].Replace('_', ' ')).Append(": ").Append(line[(bar + 1)..].Trim()).Append('\n');
        }
        return text.ToString();
    }

    internal static string StripHtml(string html)
    {
        html = Invisible().Replace(html, " ");
        html = BlockEnd().Replace(html, "\n");
        return WebUtility.HtmlDecode(Tag().Replace(html, ""));
    }

    // Lines of a paragraph are joined, runs of spaces become one, and no more than one empty line stays.
    internal static string Tidy(string text)
    {
        text = text.Replace("\r", "").Replace('\t', ' ').Replace('\u00a0', ' ');
        text = Spaces().Replace(text, " ");
        text = WrappedLine().Replace(text, "$1 ");
        return EmptyLines().Replace(text, "\n").Trim();
    }

    [GeneratedRegex("<(script|style|head|svg)\\b.*?</\\1>|<!--.*?-->", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Invisible();

    [GeneratedRegex("</(p|div|li|tr|h[1-6]|dt|dd|pre|title|table)>|<br */?>", RegexOptions.IgnoreCase)]
    private static partial Regex BlockEnd();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();

    [GeneratedRegex("([a-z,;]) ?\n ?(?=[a-z])")]
    private static partial Regex WrappedLine();

    [GeneratedRegex("( ?\n ?)+")]
    private static partial Regex EmptyLines();

    [GeneratedRegex("^[1-4A-Za-z ]{2,20} ?\\d+:\\d+:? ", RegexOptions.Multiline)]
    private static partial Regex VerseNumber();
}
