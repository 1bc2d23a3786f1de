// Runs the statements of a template.
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaInterpreter
{
    private enum Flow { On, Break, Continue }

    private readonly JinjaLimits limits = JinjaLimits.Begin();
    private readonly JinjaEvaluator evaluator;
    private readonly StringBuilder output = new();

    private JinjaInterpreter() => evaluator = new JinjaEvaluator(limits);

    /// <summary>Renders a template with the names given.</summary>
    /// <exception cref="ChatTemplateException">Something is undefined, of the wrong type or not supported, a limit is passed, or the template raises.</exception>
    public static string Render(IReadOnlyList<Statement> template, IEnumerable<KeyValuePair<string, object?>> names, TimeProvider time)
    {
        var run = new JinjaInterpreter();
        var global = new JinjaScope(null);
        foreach (var (name, function) in JinjaGlobals.Functions(time)) global.Set(name, function);
        foreach (var (name, value) in names) global.Set(name, value);
        run.Run(template, new JinjaScope(global), run.output);
        return run.output.ToString();
    }

    private Flow Run(IReadOnlyList<Statement> body, JinjaScope scope, StringBuilder to)
    {
        limits.Enter();
        var flow = Flow.On;
        foreach (var statement in body)
        {
            limits.Step();
            try
            {
                flow = Run(statement, scope, to);
            }
            catch (ChatTemplateException e) when (!e.RaisedByTemplate && !e.Message.StartsWith("line ", StringComparison.Ordinal))
            {
                throw new ChatTemplateException($"line {statement.Line}: {e.Message}");
            }
            if (flow != Flow.On) break;
        }
        limits.Leave();
        return flow;
    }

    private Flow Run(Statement statement, JinjaScope scope, StringBuilder to)
    {
        switch (statement)
        {
            case TextOutput text: Write(text.Text, to); break;
            case Output value: Write(JinjaValue.Text(evaluator.Evaluate(value.Value, scope)), to); break;
            case Group group: return Run(group.Body, scope, to);
            case If branches: return Run(branches.Branches.FirstOrDefault(b => JinjaValue.IsTrue(evaluator.Evaluate(b.Test, scope))).Body ?? branches.Else, scope, to);
            case For loop: return RunLoop(loop, scope, to);
            case Set set: Assign(set, scope); break;
            case SetBlock block:
                var text2 = new StringBuilder();
                var inner = new JinjaScope(scope);
                Run(block.Body, inner, text2);
                inner.Set(SetBlock.Captured, text2.ToString());
                Assign(block.Target, block.Wrap is null ? text2.ToString() : evaluator.Evaluate(block.Wrap, inner), scope);
                break;
            case Macro macro: scope.Set(macro.Text, (JinjaFunction)(arguments => RunMacro(macro, arguments, scope))); break;
            case Jump jump: return jump.Continues ? Flow.Continue : Flow.Break;
        }
        return Flow.On;
    }

    private Flow RunLoop(For loop, JinjaScope scope, StringBuilder to)
    {
        var items = JinjaValue.Items(evaluator.Evaluate(loop.Over, scope)).Where(item => loop.Where is null || JinjaValue.IsTrue(evaluator.Evaluate(loop.Where, Bound(loop, item, scope)))).ToList();
        if (items.Count == 0) return Run(loop.Else, scope, to);
        for (var i = 0; i < items.Count; i++)
        {
            var inner = Bound(loop, items[i], scope);
            inner.Set("loop", JinjaGlobals.Loop(items, i));
            if (Run(loop.Body, inner, to) == Flow.Break) break;
        }
        return Flow.On;
    }

    private JinjaScope Bound(For loop, object? item, JinjaScope scope)
    {
        limits.Step();
        var inner = new JinjaScope(scope);
        if (loop.Targets.Count == 1) inner.Set(loop.Targets[0], item);
        else foreach (var (name, part) in loop.Targets.Zip(Unpacked(item, loop.Targets.Count))) inner.Set(name, part);
        return inner;
    }

    private static IReadOnlyList<object?> Unpacked(object? value, int count) =>
        JinjaValue.Items(value) is var items && items.Count == count ? items : throw new ChatTemplateException($"{items.Count} values cannot be unpacked into {count} names");

    private void Assign(Set set, JinjaScope scope)
    {
        var value = evaluator.Evaluate(set.Value, scope);
        if (set.Targets.Count == 1) Assign(set.Targets[0], value, scope);
        else foreach (var (target, part) in set.Targets.Zip(Unpacked(value, set.Targets.Count))) Assign(target, part, scope);
    }

    private void Assign(Expression target, object? value, JinjaScope scope)
    {
        if (target is Name name) scope.Set(name.Text, value);
        else if (target is Attribute attribute && evaluator.Evaluate(attribute.Of, scope) is JinjaDictionary { IsNamespace: true } space) space[attribute.Key] = value;
        else throw new ChatTemplateException("only attributes of a namespace() can be set");
    }

    private string RunMacro(Macro macro, JinjaArguments arguments, JinjaScope scope)
    {
        if (arguments.Positional.Count > macro.Parameters.Count || arguments.Named.Keys.FirstOrDefault(n => macro.Parameters.All(p => p.Name != n)) is not null)
            throw new ChatTemplateException($"the macro '{macro.Text}' does not take these arguments");
        var inner = new JinjaScope(scope);
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (name, absent) = macro.Parameters[i];
            inner.Set(name, arguments.Has(i, name) ? arguments.Get(i, name) : absent is null ? new Undefined($"'{name}'") : evaluator.Evaluate(absent, inner));
        }
        var text = new StringBuilder();
        Run(macro.Body, inner, text);
        return text.ToString();
    }

    private void Write(string text, StringBuilder to)
    {
        if (to.Length + text.Length > JinjaLimits.Text) throw new ChatTemplateException($"the template makes a text of more than {JinjaLimits.Text:N0} characters");
        to.Append(limits.Made(text));
    }
}
