using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataEfficiency.Cli.Simulation;

/// <summary>What a project asks for, and answers to it that hold to its rules, whatever its kind.</summary>
internal sealed class SimulatedTask
{
    private const string None = "none", Arrow = " -> ";

    // as the portal's own
    private static readonly TimeSpan PatternPatience = TimeSpan.FromMilliseconds(100);

    private readonly string _kind;
    private readonly (int Id, string Name)[] _labels;
    private readonly int _least, _most, _limit;
    private readonly Regex? _pattern;
    private readonly string[] _completions;

    /// <param name="schema">As the deck's reply has it.</param>
    public SimulatedTask(JsonElement schema)
    {
        _kind = schema.GetProperty("taskType").GetString()!;
        _labels = [.. schema.GetProperty("choices").EnumerateArray()
            .Select(c => (c.GetProperty("id").GetInt32(), c.GetProperty("name").GetString()!))];
        _least = schema.GetProperty("least").GetInt32();
        _most = Math.Min(_labels.Length, schema.GetProperty("most") is { ValueKind: JsonValueKind.Number } most ? most.GetInt32()
            : int.MaxValue);
        _limit = schema.GetProperty("answerLimit").GetInt32();
        _completions = [.. schema.GetProperty("completions").EnumerateArray().Select(c => c.GetString()!)];
        if (schema.GetProperty("answerPattern").GetString() is { } pattern)
            _pattern = new($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, PatternPatience);
    }

    /// <summary>Anything that is taken.</summary>
    /// <exception cref="ArgumentException">Nothing made up fits the project's pattern.</exception>
    public SimulatedAnswer Any(Random random, string text) => _kind switch
    {
        "choice" => SimulatedAnswer.Label(_labels[random.Next(_labels.Length)]),
        "labels" => SimulatedAnswer.Labels(Some(random)),
        "spans" => SimulatedAnswer.Spans(Marked(random, text)),
        "rewrite" => Written(Rewritten(random, text)) ?? SimulatedAnswer.Text($"{random.Next(10)}"),
        _ => Short(random),
    };

    /// <summary>The answer that a file names: a label; labels between semicolons, or none; a line "text -> label" for each part, or none;
    /// a text. Null: it is no answer to this task.</summary>
    public SimulatedAnswer? Of(string truth, string text) => _kind switch
    {
        "choice" => Find(truth) is { } label ? SimulatedAnswer.Label(label) : null,
        "labels" => Named(truth) is { } named ? SimulatedAnswer.Labels(named) : null,
        "spans" => Found(truth, text) is { } spans ? SimulatedAnswer.Spans(spans) : null,
        _ => Written(truth),
    };

    private (int Id, string Name)? Find(string name) =>
        Array.FindIndex(_labels, l => l.Name == name.Trim()) is >= 0 and var place ? _labels[place] : null;

    private List<(int, string)> Some(Random random)
    {
        var count = random.Next(_least, Math.Min(_most, _least + 2) + 1);
        var order = Enumerable.Range(0, _labels.Length).ToArray();
        random.Shuffle(order);
        return [.. order.Take(count).Order().Select(i => _labels[i])];
    }

    private List<(int Id, string Name)>? Named(string truth)
    {
        var names = truth.Trim() == None ? [] : truth.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var named = _labels.Where(l => names.Contains(l.Name)).ToList();
        return named.Count == names.Distinct().Count() && named.Count >= _least && named.Count <= _most ? named : null;
    }

    // up to two words that do not touch each other
    private List<(int, int, string, (int, string))> Marked(Random random, string text)
    {
        var words = Regex.Matches(text, @"\S+").ToList();
        List<(int, int, string, (int, string))> marked = [];
        for (var at = random.Next(3); at < words.Count && marked.Count < 2; at += 2 + random.Next(3))
            marked.Add(Span(text, words[at].Index, words[at].Length, _labels[random.Next(_labels.Length)]));
        return marked;
    }

    private List<(int, int, string, (int, string))>? Found(string truth, string text)
    {
        List<(int, int, string, (int, string))> found = [];
        var from = 0;
        if (truth.Trim() == None) return found;
        foreach (var line in truth.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = line.LastIndexOf(Arrow, StringComparison.Ordinal);
            var at = cut > 0 ? text.IndexOf(line[..cut], from, StringComparison.Ordinal) : -1;
            if (at < 0 || Find(line[(cut + Arrow.Length)..]) is not { } label) return null;
            found.Add(Span(text, at, cut, label));
            from = at + cut;
        }
        return found;
    }

    private static (int, int, string, (int, string)) Span(string text, int at, int length, (int, string) label)
    {
        var start = text[..at].EnumerateRunes().Count();
        return (start, start + text.Substring(at, length).EnumerateRunes().Count(), text.Substring(at, length), label);
    }

    // a word less, or one more where there is but one
    private static string Rewritten(Random random, string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
        if (words.Count > 1) words.RemoveAt(random.Next(words.Count));
        else words.Add($"{random.Next(10)}");
        return string.Join(' ', words);
    }

    private SimulatedAnswer Short(Random random)
    {
        var number = random.Next(100);
        string[] wild = [$"answer {number}", $"answer{number}", $"{number}", $"{(char)('a' + number % 26)}", "yes", "no"];
        return (_completions.Length > 0 ? Written(_completions[number % _completions.Length]) : null)
            ?? wild.Select(Written).FirstOrDefault(w => w is not null)
            ?? throw new ArgumentException("No made-up answer fits the project's pattern or length: give it completions that do.");
    }

    /// <summary>Null: the project would not take it.</summary>
    private SimulatedAnswer? Written(string text)
    {
        text = text.Trim();
        return text.Length > 0 && text.Length <= _limit && _pattern?.IsMatch(text) != false ? SimulatedAnswer.Text(text) : null;
    }
}
