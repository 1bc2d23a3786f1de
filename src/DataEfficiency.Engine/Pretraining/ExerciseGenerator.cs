// Generic questions and answers for pre-training: they teach the chat form, "Answer with one of: a; b; c", copying, and stopping after the
// answer. None of them is a reference task: those must stay unseen, or the calibration would measure what was taught here.
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Pretraining;

/// <param name="words">Words of the training text, most frequent first.</param>
/// <param name="passages">Sentences of the training text with their kind.</param>
internal sealed class ExerciseGenerator(IReadOnlyList<string> words, IReadOnlyList<(string? Kind, string Text)> passages, string seed)
{
    private readonly TaskRandom _random = new(seed);
    private readonly List<string> _kinds = [.. passages.Select(p => p.Kind).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    public Exercise Next() => _random.Next(_kinds.Count > 1 ? 10 : 8) switch
    {
        0 => Repeat(),
        1 => WhichIsThere(),
        2 => Order(),
        3 => IsItThere(),
        4 => Rule(),
        5 => Same(),
        6 or 7 => Continue(),
        _ => Kind(),
    };

    private Exercise Repeat()
    {
        var text = string.Join(' ', Words(_random.Between(1, 4)));
        return Ask("{Repeat|Copy|Say again|Echo} {the text|the words|it}.", text, text, null);
    }

    private Exercise WhichIsThere()
    {
        // Now and then a list as long as those of real projects with many intents.
        var options = Words(_random.Chance(.04) ? _random.Between(20, 90) : _random.Between(2, 8));
        var answer = _random.Pick(options);
        return Ask("{Which word is in the text?|Pick the word that occurs.|Which of the words is used?}",
            Scatter([answer], _random.Between(1, 7), options), answer, options);
    }

    private Exercise Order()
    {
        var options = Words(2);
        var first = _random.Chance(.5);
        return Ask(first ? "Which word {comes|stands|is} first?" : "Which word {comes|stands|is} last?",
            Scatter(options, _random.Between(0, 5), options), options[first ? 0 : 1], _random.Sample(options, 2));
    }

    private Exercise IsItThere()
    {
        var (word, there) = (Word(), _random.Chance(.5));
        return YesNo($"{{Is the word \"{word}\" in the text?|Does the text have \"{word}\"?}}",
            Scatter(there ? [word] : [], _random.Between(2, 7), [word]), there);
    }

    // A rule that the instruction itself gives: nothing of it can be learnt by heart.
    private Exercise Rule()
    {
        var cues = Words(_random.Between(2, 4));
        var names = Words(cues.Count);
        var at = _random.Next(cues.Count);
        var rule = string.Join(", ", cues.Select((c, i) => $"{c} means {names[i]}"));
        return Ask($"Here {rule}. {{What is it?|Which one?|Sort the text.}}", Scatter([cues[at]], _random.Between(1, 5), cues),
            names[at], names);
    }

    private Exercise Same()
    {
        var (left, same) = (Words(_random.Between(1, 3)), _random.Chance(.5));
        var right = same ? left : Words(left.Count);
        return YesNo("Are {both|the two} parts {the same|equal}?", $"{string.Join(' ', left)} / {string.Join(' ', right)}", same);
    }

    private Exercise Continue()
    {
        var said = Passage().Text.Split(' ');
        var at = said.Length < 4 ? said.Length - 1 : _random.Between(said.Length / 2, said.Length - 1);
        var answer = Trim(said[at]);
        if (answer.Length == 0) return Repeat();
        var options = Words(_random.Between(1, 3)).Append(answer).Distinct().ToList();
        return Ask("{Which word comes next?|Go on.|What is the next word?}", string.Join(' ', said[..at]), answer, _random.Chance(.7)
            ? _random.Sample(options, options.Count) : null);
    }

    private Exercise Kind()
    {
        var (kind, text) = Passage();
        return kind is null ? Repeat()
            : Ask("{What kind of text is it?|Where does it come from?|Name the kind of text.}", text, kind,
            _random.Sample(_kinds, _kinds.Count));
    }

    private Exercise YesNo(string instruction, string text, bool yes) =>
        Ask(instruction, text, yes ? "yes" : "no", _random.Chance(.5) ? ["yes", "no"] : ["no", "yes"]);

    private Exercise Ask(string instruction, string text, string answer, IReadOnlyList<string>? options) =>
        new(new TaskPrompt(_random.Say(instruction), options, ListAnswers: _random.Chance(.9)), text, answer);

    private string Scatter(IReadOnlyList<string> inOrder, int fillers, IReadOnlyCollection<string> never)
    {
        var said = inOrder.ToList();
        for (var i = 0; i < fillers; i++)
        {
            var word = Word();
            if (!never.Contains(word)) said.Insert(_random.Next(said.Count + 1), word);
        }
        return string.Join(' ', said);
    }

    private (string? Kind, string Text) Passage() => _random.Pick(passages);

    // Frequent words more often: the smaller of two draws.
    private string Word() => words[Math.Min(_random.Next(words.Count), _random.Next(words.Count))];

    private List<string> Words(int count)
    {
        var found = new List<string>();
        while (found.Count < count)
            if (Word() is var word && !found.Contains(word)) found.Add(word);
        return found;
    }

    private static string Trim(string word) => word.Trim('.', ',', ';', ':', '?', '!', '"', '(', ')', '“', '”', '\'');
}
