// Reads a regular expression in the dialect of tokenizer.json, which is Oniguruma's own (ONIG_SYNTAX_ONIGURUMA, no options, UTF-8; its
// doc/RE): here ^ and $ stand at lines, (?m) lets the dot take a newline, an option reaches over the | behind it, {n}+ is a plus on top,
// and classes nest. What it can say beyond a PatternNode (back references, calls, \K, \X, absent operators, ...) is refused by name.
using System.Text;

namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal sealed class PatternReader
{
    private const int DeepestNesting = 200;
    private readonly PatternText _text;
    private int _depth, _lookBehinds;

    private PatternReader(string expression) => _text = new PatternText(expression);

    /// <exception cref="ArgumentException">The message names what is not supported, or wrong, and where.</exception>
    public static PatternNode Read(string expression)
    {
        var reader = new PatternReader(expression);
        var node = reader.Choice(PatternOptions.None);
        return reader._text.AtEnd ? node : throw reader._text.Wrong("a parenthesis that opens nowhere");
    }

    private PatternNode Choice(PatternOptions options)
    {
        if (++_depth > DeepestNesting) throw _text.Refused("a pattern nested this deep");
        var branches = new List<PatternNode> { Branch(options) };
        while (_text.Take("|")) branches.Add(Branch(options));
        _depth--;
        return branches.Count == 1 ? branches[0] : new ChoiceNode(branches);
    }

    private PatternNode Branch(PatternOptions options)
    {
        var parts = new List<PatternNode>();
        // Under (?i) neighbouring characters fold together ("ss" and a sharp s); one with a quantifier stands alone.
        var letters = new List<int>();
        for (OptionReader.Skip(_text, options); !_text.AtEnd && _text.Next is not ('|' or ')'); OptionReader.Skip(_text, options))
        {
            if (options.HasFlag(PatternOptions.IgnoreCase) && Letter() is { } letter)
            {
                OptionReader.Skip(_text, options);
                if (!QuantifierReader.IsNext(_text))
                {
                    letters.Add(letter);
                    continue;
                }
                Flush();
                parts.Add(Quantified(new FoldedNode([letter]), options));
                continue;
            }
            Flush();
            // (?i) without a colon: all that follows in this group, its other branches too.
            if (OptionReader.Isolated(_text, options) is { } changed)
            {
                if (QuantifierReader.IsNext(_text)) throw _text.Wrong("a quantifier with nothing to repeat");
                parts.Add(Choice(changed));
                continue;
            }
            if (QuantifierReader.IsNext(_text)) throw _text.Wrong("a quantifier with nothing to repeat");
            parts.Add(Quantified(Atom(options), options));
        }
        Flush();
        return Joined(parts);

        void Flush()
        {
            if (letters.Count > 0) parts.Add(new FoldedNode([.. letters]));
            letters.Clear();
        }
    }

    private PatternNode Quantified(PatternNode atom, PatternOptions options)
    {
        OptionReader.Skip(_text, options);
        var node = QuantifierReader.Apply(_text, atom, () => OptionReader.Skip(_text, options));
        // .NET matches a look-behind from right to left, where what comes first is another.
        for (var outer = node; _lookBehinds > 0 && outer != atom; outer = ((RepeatNode)outer).Body)
            if (outer is AtomicNode) throw _text.Refused("a possessive quantifier in a look-behind");
        return node;
    }

    // Letters beside a group that captures nothing fold together with its own.
    private PatternNode Joined(List<PatternNode> parts)
    {
        var joined = new List<PatternNode>();
        foreach (var part in parts.SelectMany(p => p is SequenceNode inner ? inner.Parts : [p]))
        {
            if (part is FoldedNode next && joined is [.., FoldedNode before])
                joined[^1] = new FoldedNode([.. before.Letters, .. next.Letters]);
            else joined.Add(part);
        }
        if (_lookBehinds > 0 && joined.OfType<FoldedNode>().Any(f => f.Several))
            throw _text.Refused("(?i) in a look-behind, of a character that folds to several,");
        return joined.Count == 1 ? joined[0] : new SequenceNode(joined);
    }

    // A character that stands for itself; null (and nothing taken) where something else comes.
    private int? Letter()
    {
        if (_text.Next is '(' or '[' or '.' or '^' or '$' or '*' or '+' or '?' || QuantifierReader.IsNext(_text)) return null;
        if (_text.Next != '\\') return _text.TakeCodePoint();
        var start = _text.At++;
        if (!IsSpecialEscape() && EscapeReader.Read(_text, inClass: false) is (var codePoint, null)) return codePoint;
        _text.At = start;
        return null;
    }

    private bool IsSpecialEscape() => "AzZGbBRNOXyYKkg123456789".Contains(_text.Next) && !_text.AtEnd;

    private PatternNode Atom(PatternOptions options)
    {
        switch (_text.Next)
        {
            case '(': return Group(options);
            case '[':
                _text.At++;
                var (set, negated) = ClassReader.Read(_text, options.HasFlag(PatternOptions.IgnoreCase));
                if (negated || !options.HasFlag(PatternOptions.IgnoreCase)) return new SetNode(set);
                return FoldedText.Node(set) is var (node, several) && several && _lookBehinds > 0
                    ? throw _text.Refused("(?i) in a look-behind, of a class with a character that folds to several,") : node;
            case '.':
                _text.At++;
                return new SetNode(options.HasFlag(PatternOptions.DotTakesNewline) ? CodePointSet.All : UnicodeSets.Newline.Complement());
            case '^':
                _text.At++;
                return new AnchorNode(PatternAnchor.LineStart);
            case '$':
                _text.At++;
                return new AnchorNode(PatternAnchor.LineEnd);
            case '\\':
                _text.At++;
                return IsSpecialEscape() ? SpecialEscape() : EscapeReader.Read(_text, inClass: false) is var (codePoint, property)
                    ? new SetNode(property ?? CodePointSet.Of(codePoint)) : SequenceNode.Nothing;
            default: return new SetNode(CodePointSet.Of(_text.TakeCodePoint()));
        }
    }

    private PatternNode SpecialEscape()
    {
        switch ((char)_text.TakeCodePoint())
        {
            case 'A': return new AnchorNode(PatternAnchor.TextStart);
            case 'z' when _lookBehinds == 0: return new AnchorNode(PatternAnchor.TextEnd);
            case 'Z' when _lookBehinds == 0: return new AnchorNode(PatternAnchor.TextEndOrLastNewline);
            case 'G': return new AnchorNode(PatternAnchor.SearchStart);
            case 'b': return new AnchorNode(PatternAnchor.WordBorder);
            case 'B': return new AnchorNode(PatternAnchor.NoWordBorder);
            case 'N': return new SetNode(UnicodeSets.Newline.Complement());
            case 'O': return new SetNode(CodePointSet.All);
            case 'R' when _lookBehinds == 0:
                var pair = new SequenceNode([new SetNode(CodePointSet.Of('\r')), new SetNode(UnicodeSets.Newline)]);
                return new AtomicNode(new ChoiceNode([pair, new SetNode(CodePointSet.Parse("A-D 85 2028-2029"))]));
            case var c:
                _text.At -= 2;
                throw _text.Refused(c switch
                {
                    'R' or 'z' or 'Z' => $"\\{c} in a look-behind",
                    'X' => "\\X (a grapheme)",
                    'y' or 'Y' => $"\\{c} (the border of a grapheme)",
                    'K' => "\\K (the match begins here)",
                    'g' => "\\g (the call of a group)",
                    _ => $"\\{c} (a back reference)",
                });
        }
    }

    private PatternNode Group(PatternOptions options)
    {
        var start = _text.At++;
        if (_text.Sees("*")) throw Refused("(*...) (a callout)");
        if (!_text.Take("?")) return Captured(options, start);
        if (_text.Take(":")) return Closed(Choice(options));
        if (_text.Take(">"))
            return _lookBehinds > 0 ? throw Refused("an atomic group in a look-behind") : new AtomicNode(Closed(Choice(options)));
        if (_text.Take("=")) return Look(options, behind: false, negative: false, start);
        if (_text.Take("!")) return Look(options, behind: false, negative: true, start);
        if (_text.Take("<=")) return Look(options, behind: true, negative: false, start);
        if (_text.Take("<!")) return Look(options, behind: true, negative: true, start);
        if (_text.Sees("<") || _text.Sees("'"))
        {
            var close = _text.Next == '<' ? ">" : "'";
            _text.At++;
            if (_text.TakeUntil(close) is not { Length: > 0 } name || !(Rune.IsLetter(Rune.GetRuneAt(name, 0)) || name[0] == '_'))
                throw Refused("a group without a proper name");
            return Captured(options, start);
        }
        if (_text.Sees("~")) throw Refused("(?~...) (an absent operator)");
        if (_text.Sees("(")) throw Refused("(?(...)...) (a conditional)");
        if (_text.Sees("{")) throw Refused("(?{...}) (a callout)");
        var changed = OptionReader.Read(_text, options);
        return _text.Take(":") ? Closed(Choice(changed)) : throw Refused("this kind of group");

        ArgumentException Refused(string what)
        {
            _text.At = start;
            return _text.Refused(what);
        }
    }

    private PatternNode Captured(PatternOptions options, int start)
    {
        // A choice of one, so that its letters stay apart from those beside it.
        if (_lookBehinds == 0)
            return Closed(Choice(options)) is var inner && inner is FoldedNode or SequenceNode ? new ChoiceNode([inner]) : inner;
        _text.At = start;
        throw _text.Refused("a capturing group in a look-behind");
    }

    private PatternNode Look(PatternOptions options, bool behind, bool negative, int start)
    {
        if (_lookBehinds > 0)
        {
            _text.At = start;
            throw _text.Wrong("a look-around in a look-behind");
        }
        if (behind) _lookBehinds++;
        var body = Closed(Choice(options));
        if (behind) _lookBehinds--;
        return new LookNode(body, behind, negative);
    }

    private PatternNode Closed(PatternNode node) => _text.Take(")") ? node : throw _text.Wrong("a parenthesis is not closed");
}
