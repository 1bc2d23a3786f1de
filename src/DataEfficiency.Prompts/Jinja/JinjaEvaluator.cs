// Expressions to values.
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaEvaluator(JinjaLimits limits)
{
    public object? Evaluate(Expression expression, JinjaScope scope)
    {
        limits.Step();
        limits.Enter();
        var value = Value(expression, scope);
        limits.Leave();
        return value;
    }

    private object? Value(Expression expression, JinjaScope scope)
    {
        switch (expression)
        {
            case Literal literal: return literal.Value;
            case Name name: return scope.Get(name.Text);
            case ListOf list: return new JinjaList([.. list.Items.Select(i => Evaluate(i, scope))], list.IsTuple);
            case DictionaryOf map:
                var made = new JinjaDictionary();
                foreach (var (key, value) in map.Items) made[Evaluate(key, scope)] = Evaluate(value, scope);
                return made;
            case Attribute attribute: return JinjaMembers.Attribute(Evaluate(attribute.Of, scope), attribute.Key);
            case Index index: return JinjaMembers.Item(Evaluate(index.Of, scope), Evaluate(index.Key, scope));
            case Slice slice:
                return JinjaMembers.Slice(Evaluate(slice.Of, scope), Optional(slice.Start), Optional(slice.Stop), Optional(slice.Step));
            case Call call: return Invoke(call, scope, caller: null);
            case Filter filter: return JinjaFilters.Apply(filter.Text, Evaluate(filter.Of, scope), Arguments(filter.Arguments, scope));
            case Test test: return JinjaTests.Holds(test.Text, Evaluate(test.Of, scope), Arguments(test.Arguments, scope));
            case Unary { Operator: "not" } not: return !JinjaValue.IsTrue(Evaluate(not.Of, scope));
            case Unary unary: return JinjaArithmetic.Sign(unary.Operator, Evaluate(unary.Of, scope));
            case Binary { Operator: "and" } and:
                return Evaluate(and.Left, scope) is var a && JinjaValue.IsTrue(a) ? Evaluate(and.Right, scope) : a;
            case Binary { Operator: "or" } or:
                return Evaluate(or.Left, scope) is var o && JinjaValue.IsTrue(o) ? o : Evaluate(or.Right, scope);
            case Binary binary:
                return JinjaArithmetic.Apply(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope));
            case Comparison comparison: return Compare(comparison, scope);
            case Conditional conditional:
                if (JinjaValue.IsTrue(Evaluate(conditional.Test, scope))) return Evaluate(conditional.Then, scope);
                return conditional.Else is null ? new Undefined("an if without else") : Evaluate(conditional.Else, scope);
            default: throw new InvalidOperationException($"{expression.GetType().Name} is no expression");
        }

        object? Optional(Expression? part) => part is null ? null : Evaluate(part, scope);
    }

    /// <param name="caller">The body of the call block that the call stands in.</param>
    public object? Invoke(Call call, JinjaScope scope, JinjaMacro? caller)
    {
        var function = Evaluate(call.Of, scope);
        if (function is not IJinjaCallable callable)
            throw function is Undefined u ? u.Asked("it cannot be called")
                : new ChatTemplateException($"{JinjaValue.TypeName(function)} is no function; it cannot be called");
        var arguments = Arguments(call.Arguments, scope);
        return callable.Call(caller is null ? arguments : arguments.With("caller", caller));
    }

    private JinjaArguments Arguments(Arguments given, JinjaScope scope)
    {
        if (given.AreNone) return JinjaArguments.None;
        var positional = given.Positional.Select(a => Evaluate(a, scope)).ToList();
        if (given.Rest is not null) positional.AddRange(JinjaValue.Iterate(Evaluate(given.Rest, scope)));
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in given.Named) named[name] = Evaluate(value, scope);
        if (given.NamedRest is null) return new JinjaArguments(positional, named);
        if (Evaluate(given.NamedRest, scope) is not JinjaDictionary map) throw new ChatTemplateException("** needs a mapping");
        foreach (var (key, value) in map.Pairs)
            if (!named.TryAdd(JinjaValue.ToText(key), value)) throw new ChatTemplateException($"the argument '{key}' is given twice");
        return new JinjaArguments(positional, named);
    }

    /// <summary>Python's chains: a &lt; b &lt; c is a &lt; b and b &lt; c.</summary>
    private bool Compare(Comparison comparison, JinjaScope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (operation, part) in comparison.Rest)
        {
            var right = Evaluate(part, scope);
            if (!JinjaEquality.Holds(operation, left, right)) return false;
            left = right;
        }
        return true;
    }
}
