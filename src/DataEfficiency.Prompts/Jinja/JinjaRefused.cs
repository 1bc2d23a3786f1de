// Everything of jinja2 3.1 and of Python's values that a template could use and that is refused, each with its reason: the one list.
// What has a name in the template is refused when the template is read, and so is a value whose making stands in it (JinjaUnmade);
// the kinds "value" and "result" else show only while it runs.
namespace DataEfficiency.Prompts.Jinja;

internal sealed record JinjaRefused(string Kind, string Name, string Reason)
{
    private const string OneFile = "a chat template is one file: transformers gives it no loader either";
    private const string Bytes = "bytes are no part of a prompt, which is text";
    private const string Html = "it writes HTML links, and a prompt is plain text";
    private const string Random = "it is random: the same messages must give the same prompt";

    public static readonly JinjaRefused NamedCharacter =
        new("escape", "\\N", "names of characters need Unicode's list of names; write \\u and the number");
    public static readonly JinjaRefused Complex = new("value", "complex number", "a root of a negative number is no part of a prompt");
    public static readonly JinjaRefused Set = new("value", "set", "Python's sets have no order, so that the prompt would not be fixed");
    public static readonly JinjaRefused Address = new("result", "text of a function or iterator", "Python writes its address in memory");
    public static readonly JinjaRefused Identity = new("result", "sameas of equal texts or numbers",
        "whether they are one object is an accident of Python's memory; use ==");

    public static readonly IReadOnlyList<JinjaRefused> All =
    [
        new("statement", "extends", OneFile),
        new("statement", "include", OneFile),
        new("statement", "import", OneFile),
        new("statement", "from", OneFile),
        new("statement", "autoescape", "a prompt is no HTML: its text must reach the model as it is"),
        new("statement", "do", "transformers does not switch jinja2's do extension on"),
        new("statement", "trans", "transformers does not switch jinja2's i18n extension on"),
        new("statement", "pluralize", "transformers does not switch jinja2's i18n extension on"),
        new("statement", "debug", "transformers does not switch jinja2's debug extension on"),
        new("filter", "random", Random),
        new("filter", "pprint", "its line breaks are those of Python's own printer for debugging; use tojson"),
        new("filter", "urlize", Html),
        new("function", "lipsum", Random),
        new("function", "self", "the blocks of a template by name serve templates that extend each other, and there is one file"),
        new("function", "super", "the block of an extended template: there is one file"),
        new("method", "encode", Bytes),
        new("method", "to_bytes", Bytes),
        new("method", "from_bytes", Bytes),
        new("method", "fromkeys", "it is a method of the type dict, not of a value; write the mapping"),
        new("method", "fromhex", "it is a method of the type float, not of a value; write the number"),
        new("method", "hex", "hexadecimal floats are no part of a prompt"),
        new("method", "as_integer_ratio", "fractions of floats are no part of a prompt"),
        new("method", "unescape", "it is a method of escaped text and needs HTML's list of entities; a prompt is plain text"),
        new("method", "striptags",
            "it is a method of escaped text and needs HTML's list of entities; use the filter where the text has none"),
        NamedCharacter,
        Complex,
        Set,
        Address,
        Identity,
        new("value", "HTML entity in striptags", "it needs HTML's list of entities; remove them before"),
    ];

    private static readonly Dictionary<(string, string), JinjaRefused> ByName = All.ToDictionary(r => (r.Kind, r.Name));

    public static JinjaRefused? Find(string kind, string name) => ByName.GetValueOrDefault((kind, name));

    /// <summary>The error for a construct that stands in this line.</summary>
    public static ChatTemplateException At(JinjaRefused refused, int line) => new($"line {line}: {refused.Sentence}");

    /// <summary>The error while a template runs.</summary>
    public ChatTemplateException Error() => new(Sentence);

    private string Sentence => $"the {Kind} '{Name}' is not supported: {Reason}";
}
