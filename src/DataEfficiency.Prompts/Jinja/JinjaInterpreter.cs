// Runs the statements of a template.
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaInterpreter
{
    private enum Flow { On, Break, Continue }

    private readonly JinjaLimits limits = JinjaLimits.Running;
    private readonly JinjaEvaluator evaluator;
    private readonly JinjaTemplate template;
    private readonly JinjaScope top;

    private JinjaInterpreter(JinjaTemplate template, JinjaScope global)
    {
        this.template = template;
        evaluator = new JinjaEvaluator(limits);
        top = Inside(template.Body, global);
    }

    /// <summary>Renders a template with the names given.</summary>
    /// <exception cref="ChatTemplateException">Something is undefined, of the wrong type or not supported, a limit is passed, or the
    /// template raises.</exception>
    public static string Render(JinjaTemplate template, IEnumerable<KeyValuePair<string, object?>> names, TimeProvider time)
    {
        var global = new JinjaScope(null);
        var run = new JinjaInterpreter(template, global);
        foreach (var function in JinjaGlobals.Functions(time)) global.Set(function.Name, function);
        foreach (var (name, value) in names) global.Set(name, value);
        var output = new StringBuilder();
        run.Run(template.Body, run.top, output);
        return output.ToString();
    }

    private JinjaScope Inside(IReadOnlyList<Statement> body, JinjaScope outer, bool isBlock = false) =>
        new(outer, template.Hidden.GetValueOrDefault(body), isBlock);

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
            case Output output:
                foreach (var value in output.Values) Write(JinjaText.Of(evaluator.Evaluate(value, scope)), to);
                break;
            case If branches:
                var taken = branches.Branches.FirstOrDefault(b => JinjaValue.IsTrue(evaluator.Evaluate(b.Test, scope)));
                return Run(taken.Body ?? branches.Else, scope, to);
            case For loop: return RunLoop(loop, evaluator.Evaluate(loop.Over, scope), scope, to, depth: 0);
            case Set set: Assign(set.Target, evaluator.Evaluate(set.Value, scope), scope); break;
            case SetBlock block:
                var setFlow = Capture(block.Body, block.Wrap, scope, out var captured);
                if (setFlow != Flow.On) return setFlow;
                Assign(block.Target, captured, scope);
                break;
            case FilterBlock block:
                var filterFlow = Capture(block.Body, block.Wrap, scope, out var filtered);
                if (filterFlow != Flow.On) return filterFlow;
                // what a filter of a block makes is put between the texts around it as it is
                Write(filtered is string or JinjaMarkup ? JinjaText.Of(filtered)
                    : throw new ChatTemplateException($"the filter of a block gives {JinjaValue.TypeName(filtered)}, not a text"), to);
                break;
            case With with:
                var inner = Inside(with.Body, scope);
                // each value is read outside: b=a in {% with a=1, b=a %} is another a
                foreach (var (target, value) in with.Names) Assign(target, evaluator.Evaluate(value, scope), inner);
                return Run(with.Body, inner, to);
            case Macro macro: scope.Set(macro.Body.Name!, MacroOf(macro.Body, scope)); break;
            case CallBlock block: Write(JinjaText.Of(evaluator.Invoke(block.Call, scope, MacroOf(block.Caller, scope))), to); break;
            case Generation generation: Write(JinjaText.Of(MacroOf(generation.Body, scope).Call(JinjaArguments.None)), to); break;
            case Block block: return Run(block.Body, Inside(block.Body, block.Scoped ? scope : top, isBlock: true), to);
            case Jump jump: return jump.Continues ? Flow.Continue : Flow.Break;
        }
        return Flow.On;
    }

    /// <summary>Where a loop is left inside, what was written up to there is lost, as in jinja2.</summary>
    private Flow Capture(IReadOnlyList<Statement> body, Expression wrap, JinjaScope scope, out object? value)
    {
        var text = new StringBuilder();
        var inner = Inside(body, scope);
        var flow = Run(body, inner, text);
        inner.Set(SetBlock.Captured, text.ToString());
        value = flow == Flow.On ? evaluator.Evaluate(wrap, inner) : null;
        return flow;
    }

    private Flow RunLoop(For statement, object? over, JinjaScope scope, StringBuilder to, int depth)
    {
        var items = JinjaValue.Iterate(over);
        if (statement.Where is { } where) items = Filtered(statement, items, where, scope);
        var loop = new JinjaLoop(items, statement.Where is null ? over : null, depth, statement.Recursive ? Recurse : null);
        var isEmpty = true;
        while (loop.MoveNext())
        {
            limits.Step();
            var inner = Inside(statement.Body, scope);
            inner.Set("loop", loop);
            Assign(statement.Target, loop.Current, inner);
            var flow = Run(statement.Body, inner, to);
            if (flow == Flow.Break) break;
            // jinja2 takes note of a turn at its end: where every turn is left early, the else branch runs
            if (flow == Flow.On) isEmpty = false;
        }
        return isEmpty ? Run(statement.Else, Inside(statement.Else, scope), to) : Flow.On;

        string Recurse(object? children, int deeper)
        {
            var text = new StringBuilder();
            RunLoop(statement, children, scope, text, deeper);
            return text.ToString();
        }
    }

    private IEnumerable<object?> Filtered(For statement, IEnumerable<object?> items, Expression where, JinjaScope scope)
    {
        foreach (var item in items)
        {
            limits.Step();
            var inner = new JinjaScope(scope);
            Assign(statement.Target, item, inner);
            if (JinjaValue.IsTrue(evaluator.Evaluate(where, inner))) yield return item;
        }
    }

    private void Assign(Expression target, object? value, JinjaScope scope)
    {
        switch (target)
        {
            case Name name: scope.Set(name.Text, value); break;
            case ListOf targets:
                // no further than needed: an iterator may have more than can be held
                var parts = JinjaValue.Iterate(value).Take(targets.Items.Count + 1).ToList();
                if (parts.Count != targets.Items.Count)
                    throw new ChatTemplateException($"{JinjaValue.TypeName(value)} cannot be unpacked into {targets.Items.Count} names");
                foreach (var (item, part) in targets.Items.Zip(parts)) Assign(item, part, scope);
                break;
            case Attribute attribute when evaluator.Evaluate(attribute.Of, scope) is JinjaNamespace space:
                space.Values[attribute.Key] = value;
                break;
            default: throw new ChatTemplateException("only attributes of a namespace() can be set");
        }
    }

    private JinjaMacro MacroOf(MacroBody body, JinjaScope scope) => new(body, bound =>
    {
        var inner = Inside(body.Body, scope);
        foreach (var (name, value) in bound.Special) inner.Set(name, value);
        // a default that names a later parameter finds it undefined
        foreach (var (name, _) in body.Parameters) inner.Set(name, new Undefined($"the parameter '{name}'"));
        for (var i = 0; i < body.Parameters.Count; i++)
        {
            var (name, absent) = body.Parameters[i];
            if (bound.Values.Has(i)) inner.Set(name, bound.Values[i]);
            else if (absent is not null) inner.Set(name, evaluator.Evaluate(absent, inner));
        }
        var text = new StringBuilder();
        Run(body.Body, inner, text);
        return text.ToString();
    });

    private void Write(string text, StringBuilder to)
    {
        if (to.Length + text.Length > JinjaLimits.Text)
            throw new ChatTemplateException($"the template makes a text of more than {JinjaLimits.Text:N0} characters");
        to.Append(limits.Made(text));
    }
}
