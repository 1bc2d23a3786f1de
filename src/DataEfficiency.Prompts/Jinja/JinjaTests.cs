namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaTests
{
    public static bool Holds(string name, object? value, JinjaArguments arguments) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "string" => value is string,
        "mapping" => value is JinjaDictionary,
        "iterable" => value is string or JinjaList or JinjaDictionary or Undefined,
        "sequence" => value is string or JinjaList or JinjaDictionary or Undefined,
        "number" => JinjaValue.IsNumber(value),
        "integer" => value is long,
        "float" => value is double,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "callable" => value is JinjaFunction,
        "odd" => JinjaValue.ToLong(value) % 2 != 0,
        "even" => JinjaValue.ToLong(value) % 2 == 0,
        "divisibleby" => JinjaValue.ToLong(arguments.Need(0, "num")) is var by && by != 0 ? JinjaValue.ToLong(value) % by == 0 : throw new ChatTemplateException("division by zero"),
        "eq" or "equalto" => JinjaValue.Equals(value, arguments.Need(0, "other")),
        "ne" => !JinjaValue.Equals(value, arguments.Need(0, "other")),
        "lt" or "lessthan" => JinjaValue.Compare(value, arguments.Need(0, "other")) < 0,
        "le" => JinjaValue.Compare(value, arguments.Need(0, "other")) <= 0,
        "gt" or "greaterthan" => JinjaValue.Compare(value, arguments.Need(0, "other")) > 0,
        "ge" => JinjaValue.Compare(value, arguments.Need(0, "other")) >= 0,
        "in" => JinjaMembers.Contains(arguments.Need(0, "seq"), value),
        "upper" => JinjaLimits.Running.Made(JinjaValue.Text(value)) is var text && text.Any(char.IsLetter) && text == text.ToUpperInvariant(),
        "lower" => JinjaLimits.Running.Made(JinjaValue.Text(value)) is var text && text.Any(char.IsLetter) && text == text.ToLowerInvariant(),
        _ => throw new ChatTemplateException($"the test 'is {name}' is not supported"),
    };
}
