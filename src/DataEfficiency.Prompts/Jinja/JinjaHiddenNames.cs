// Names that a template sets further down and does not read before in its own lines: jinja2 makes them its own from the start, so that a
// loop or macro above finds them undefined even where a variable of this name was given. (jinja2's idtracking.py, for the outermost lines.)
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaHiddenNames
{
    private readonly HashSet<string> known = [], hidden = [];

    public static IReadOnlySet<string> Of(IReadOnlyList<Statement> template)
    {
        var names = new JinjaHiddenNames();
        foreach (var statement in template) names.Visit(statement, inBranch: false);
        return names.hidden;
    }

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
