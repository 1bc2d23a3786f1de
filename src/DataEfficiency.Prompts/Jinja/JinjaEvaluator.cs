// Expressions to values.
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaEvaluator(JinjaLimits limits)
{
    private readonly JinjaFilters filters = new(limits);

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
                foreach (var (key, value) in map.Items) made[JinjaValue.ToText(Evaluate(key, scope))] = Evaluate(value, scope);
                return made;
            case Attribute attribute: return JinjaMembers.Attribute(Evaluate(attribute.Of, scope), attribute.Key, limits);
            case Index index: return JinjaMembers.Item(Evaluate(index.Of, scope), Evaluate(index.Key, scope), limits);
            case Slice slice: return JinjaMembers.Slice(Evaluate(slice.Of, scope), Optional(slice.Start), Optional(slice.Stop), Optional(slice.Step));
            case Call call:
                var function = Evaluate(call.Of, scope);
                return function is JinjaFunction f ? f(Arguments(call.Arguments, scope)) : throw new ChatTemplateException($"{JinjaValue.TypeName(function)} is no function; it cannot be called");
            case Filter filter: return filters.Apply(filter.Text, Evaluate(filter.Of, scope), Arguments(filter.Arguments, scope));
            case Test test: return JinjaTests.Holds(test.Text, Evaluate(test.Of, scope), Arguments(test.Arguments, scope)) != test.Negated;
            case Unary { Operator: "not" } not: return !JinjaValue.IsTrue(Evaluate(not.Of, scope));
            case Unary unary: return JinjaArithmetic.Sign(unary.Operator, Evaluate(unary.Of, scope));
            case Binary { Operator: "and" } and: return Evaluate(and.Left, scope) is var a && JinjaValue.IsTrue(a) ? Evaluate(and.Right, scope) : a;
            case Binary { Operator: "or" } or: return Evaluate(or.Left, scope) is var o && JinjaValue.IsTrue(o) ? o : Evaluate(or.Right, scope);
            case Binary binary: return JinjaArithmetic.Apply(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), limits);
            case Comparison comparison: return Compare(comparison, scope);
            case Conditional conditional:
                if (JinjaValue.IsTrue(Evaluate(conditional.Test, scope))) return Evaluate(conditional.Then, scope);
                return conditional.Else is null ? new Undefined("an if without else") : Evaluate(conditional.Else, scope);
            default: throw new ChatTemplateException($"{expression.GetType().Name} is not supported");
        }

        object? Optional(Expression? part) => part is null ? null : Evaluate(part, scope);
    }

    private JinjaArguments Arguments(Jinja.Arguments arguments, JinjaScope scope) => arguments.Positional.Count + arguments.Named.Count == 0 ? JinjaArguments.None
        : new JinjaArguments([.. arguments.Positional.Select(a => Evaluate(a, scope))], arguments.Named.ToDictionary(a => a.Name, a => Evaluate(a.Value, scope)));

    /// <summary>Python's chains: a &lt; b &lt; c is a &lt; b and b &lt; c.</summary>
    private bool Compare(Comparison comparison, JinjaScope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (operation, part) in comparison.Rest)
        {
            var right = Evaluate(part, scope);
            var holds = operation switch
            {
                "==" => JinjaValue.Equals(left, right),
                "!=" => !JinjaValue.Equals(left, right),
                "<" => JinjaValue.Compare(left, right) < 0,
                "<=" => JinjaValue.Compare(left, right) <= 0,
                ">" => JinjaValue.Compare(left, right) > 0,
                ">=" => JinjaValue.Compare(left, right) >= 0,
                "in" => JinjaMembers.Contains(right, left),
                _ => !JinjaMembers.Contains(right, left),
            };
            if (!holds) return false;
            left = right;
        }
        return true;
    }
}
