// Names that the lines of a scope set further down and do not read before: jinja2 makes them the scope's own from its start, so that a
// loop or macro above finds them undefined even where a variable of this name was given (jinja2's idtracking.py).
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaHiddenNames
{
    private readonly Dictionary<IReadOnlyList<Statement>, IReadOnlySet<string>> all;
    private readonly HashSet<string> known, hidden = [];

    private JinjaHiddenNames(Dictionary<IReadOnlyList<Statement>, IReadOnlySet<string>> all, IEnumerable<string> own) =>
        (this.all, known) = (all, [.. own]);

    /// <summary>By the body of a scope; one without such names is not among them.</summary>
    public static IReadOnlyDictionary<IReadOnlyList<Statement>, IReadOnlySet<string>> Of(IReadOnlyList<Statement> template)
    {
        var all = new Dictionary<IReadOnlyList<Statement>, IReadOnlySet<string>>(ReferenceEqualityComparer.Instance);
        Scope(template, [], new HashSet<string>(), all);
        return all;
    }

    /// <param name="own">Parameters and targets.</param>
    /// <param name="outside">What the scopes around it read or set anywhere: such a name begins with its value there.</param>
    private static void Scope(IReadOnlyList<Statement> body, IEnumerable<string> own, IReadOnlySet<string> outside,
        Dictionary<IReadOnlyList<Statement>, IReadOnlySet<string>> all)
    {
        var names = new JinjaHiddenNames(all, own);
        foreach (var statement in body) names.Visit(statement, inBranch: false);
        names.hidden.ExceptWith(outside);
        if (names.hidden.Count > 0) all[body] = names.hidden;
        names.known.UnionWith(outside);
        foreach (var statement in body) names.Enter(statement);
    }

    /// <summary>The scopes that a statement of this one opens.</summary>
    private void Enter(Statement statement)
    {
        switch (statement)
        {
            case If branches:
                foreach (var inner in branches.Branches.SelectMany(b => b.Body).Concat(branches.Else)) Enter(inner);
                break;
            case For loop:
                Scope(loop.Body, [.. Targets(loop.Target), "loop"], known, all);
                Scope(loop.Else, [], known, all);
                break;
            case With with: Scope(with.Body, with.Names.SelectMany(n => Targets(n.Target)), known, all); break;
            case SetBlock block: Scope(block.Body, [], known, all); break;
            case FilterBlock block: Scope(block.Body, [], known, all); break;
            case Macro macro: Enter(macro.Body); break;
            case CallBlock block: Enter(block.Caller); break;
            case Generation generation: Enter(generation.Body); break;
            case Block block: Scope(block.Body, [], new HashSet<string>(), all); break;
        }
    }

    private void Enter(MacroBody macro) =>
        Scope(macro.Body, [.. macro.Parameters.Select(p => p.Name), "caller", "kwargs", "varargs"], known, all);

    private static IEnumerable<string> Targets(Expression target) => target switch
    {
        Name name => [name.Text],
        ListOf list => list.Items.SelectMany(Targets),
        _ => [],
    };

    private void Visit(Statement statement, bool inBranch)
    {
        switch (statement)
        {
            case Output output:
                foreach (var value in output.Values) Read(value);
                break;
            case Set set:
                Read(set.Value);
                Assign(set.Target, inBranch);
                break;
            case SetBlock block: Assign(block.Target, inBranch); break;
            case Macro macro: Assign(macro.Body.Name!, inBranch); break;
            case For loop: Read(loop.Over); break;
            case FilterBlock block: Read(block.Wrap); break;
            case CallBlock block: Read(block.Call); break;
            case With with:
                foreach (var (_, value) in with.Names) Read(value);
                break;
            case If branches:
                // what only a branch sets stays the variable that was given where the branch is not taken
                foreach (var (test, _) in branches.Branches) Read(test);
                foreach (var inner in branches.Branches.SelectMany(b => b.Body).Concat(branches.Else)) Visit(inner, inBranch: true);
                break;
        }
    }

    private void Assign(Expression target, bool inBranch)
    {
        if (target is ListOf several) foreach (var item in several.Items) Assign(item, inBranch);
        else if (target is Name name) Assign(name.Text, inBranch);
        else Read(target);
    }

    private void Assign(string name, bool inBranch)
    {
        if (known.Add(name) && !inBranch) hidden.Add(name);
    }

    /// <summary>Without recursion: a sum of a hundred thousand numbers is as deep as it is long.</summary>
    private void Read(Expression expression)
    {
        var left = new Stack<Expression?>([expression]);
        while (left.TryPop(out var next))
            if (next is Name name) known.Add(name.Text);
            else if (next is not null) foreach (var part in Parts(next)) left.Push(part);
    }

    private static IEnumerable<Expression?> Parts(Expression expression) => expression switch
    {
        ListOf list => (IEnumerable<Expression?>)list.Items,
        DictionaryOf map => map.Items.SelectMany(i => new Expression?[] { i.Key, i.Value }),
        Attribute attribute => [attribute.Of],
        Index index => [index.Of, index.Key],
        Slice slice => [slice.Of, slice.Start, slice.Stop, slice.Step],
        Call call => [call.Of, .. Parts(call.Arguments)],
        Filter filter => [filter.Of, .. Parts(filter.Arguments)],
        Test test => [test.Of, .. Parts(test.Arguments)],
        Unary unary => [unary.Of],
        Binary binary => [binary.Left, binary.Right],
        Comparison comparison => [comparison.First, .. comparison.Rest.Select(r => r.Right)],
        Conditional conditional => [conditional.Test, conditional.Then, conditional.Else],
        _ => [],
    };

    private static IEnumerable<Expression?> Parts(Arguments arguments) =>
        [.. arguments.Positional, .. arguments.Named.Select(n => n.Value), arguments.Rest, arguments.NamedRest];
}
