// The templates that models in use have, folders and limits; jinja2's whole language is tested in Jinja/.

namespace DataEfficiency.Prompts.Tests;

public class ChatTemplateTests
{
    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }

    private static string Render(string template, params ChatMessage[] messages) =>
        new ChatTemplate(template, new Dictionary<string, string> { ["bos_token"] = "<s>" }, "test", new Noon())
            .Apply(messages, addGenerationPrompt: true);

    [Theory]
    [InlineData("{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }}", "7 3 -4 2 3.5 8")]
    [InlineData("{{ 'a' ~ 1 ~ none }}{{ 'x' * 3 }}", "a1Nonexxx")]
    [InlineData("{{ 'a' + ' b ' | trim }}", "ab")]
    [InlineData("{{ true and 'x' or 'y' }}{{ not true }}{{ '' or 'z' }}", "xFalsez")]
    [InlineData("{{ 'yes' if bos_token == '<s>' else 'no' }}{{ 'a' if false }}", "yes")]
    [InlineData("{{ 'abc'[1:] }}{{ 'abc'[::-1] }}{{ 'abc'[-1] }}{{ [1,2,3][:2] }}", "bccbac[1, 2]")]
    [InlineData("{{ '👍🏽x'[1:] | length }}", "2")]
    [InlineData("{{ 'b' in 'abc' }}{{ 4 not in [1,2] }}{{ 'k' in {'k': 1} }}", "TrueTrueTrue")]
    [InlineData("{{ 1 < 2 < 3 }}{{ 1 == 1.0 }}{{ [1,'a'] == [1,'a'] }}", "TrueTrueTrue")]
    [InlineData("{{ nothing is defined }}{{ none is none }}{{ 'a' is string }}", "FalseTrueTrue")]
    [InlineData("{{ {} is mapping }}{{ [] is iterable }}{{ 4 is divisibleby 2 }}", "TrueTrueTrue")]
    [InlineData("{{ tools is none }}{{ tools is defined }}{{ nothing }}", "TrueTrue")]
    [InlineData("{{ nothing | default('d') }}{{ '' | default('e', true) }}{{ [1,2] | join('-') }}{{ 'aB' | upper }}", "de1-2AB")]
    [InlineData("{{ {'a': [1, true, none, 'é\"']} | tojson }}", "{\"a\": [1, true, null, \"é\\\"\"]}")]
    [InlineData("{{ {'a': [1]} | tojson(indent=2) }}", "{\n  \"a\": [\n    1\n  ]\n}")]
    [InlineData("{{ 'a-b'.split('-')[1] }}{{ ' x '.strip() }}{{ 'abc'.startswith('ab') }}{{ 'a.b'.replace('.', '!') }}", "bxTruea!b")]
    [InlineData("{{ ' a  b '.split() }}{{ 'xxay'.lstrip('x') }}", "['a', 'b']ay")]
    [InlineData("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}", "a1b2")]
    [InlineData("{% for x in [1,2,3] if x != 2 %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% else %}none{% endfor %}", "11,23")]
    [InlineData("{% for x in [] %}a{% else %}none{% endfor %}", "none")]
    [InlineData("{% for x in range(5) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}",
        "02")]
    [InlineData("{% set x = 1 %}{% for i in [1,2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}", "231")]
    [InlineData("{% set ns = namespace(n=0) %}{% for i in [1,2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "3")]
    [InlineData("{% set a, b = 1, 2 %}{{ b }}{{ a }}{% set t %}x{{ a }} {% endset %}[{{ t }}]{% set u | trim %} y {% endset %}[{{ u }}]",
        "21[x1 ][y]")]
    [InlineData("{% macro m(a, b='d') %}{{ a }}{{ b }};{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}", "1d;12;")]
    [InlineData("{{ [{'r': 'u'}, {'r': 's'}] | selectattr('r', 'equalto', 's') | list | length }}", "1")]
    [InlineData("{{ [{'r': 'u'}] | map(attribute='r') | first }}", "u")]
    [InlineData("{% raw %}{{ x }}{% endraw %}{# gone #}{% generation %}g{% endgeneration %}", "{{ x }}g")]
    [InlineData("{{ strftime_now('%d %b %Y') }}", "05 Mar 2026")]
    [InlineData("{{ \"a\\n\\t\\\"\" }}{{ 'it''s' }}", "a\n\t\"its")]
    [InlineData("{{ {'a': {'b': 'c'}}.a['b'] }}{{ {'items': 1}['items'] }}", "c1")]
    public void Apply_Expression_AsJinja(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("a\n  {% if true %}\nb\n  {% endif %}\nc\n", "a\nb\nc")]
    [InlineData("a \n {%- if true -%} \n b \n {%- endif -%} \n c", "abc")]
    [InlineData("  {{ 1 }}\n{{ 2 }}\n", "  1\n2")]
    [InlineData("a {% if true %}b{% endif %} c", "a b c")]
    [InlineData("{# note #}\n  {#- note -#}  \nx", "x")]
    [InlineData("a\n  {%+ if true +%}\nb{% endif %}", "a\n  \nb")]
    [InlineData("a\n{{- 'b' -}}\n c", "abc")]
    public void Apply_WhiteSpaceAroundTags_AsTransformers(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{% include 'x' %}", "include")]
    [InlineData("{{ 'a' | pprint }}", "pprint")]
    [InlineData("{{ 'a' is plural }}", "plural")]
    [InlineData("{{ missing.name }}", "missing")]
    [InlineData("{{ missing() }}", "missing")]
    [InlineData("\n\n{% if true %}", "line 3")]
    [InlineData("{{ 'a' + 1 }}", "a whole number")]
    [InlineData("{{ messages.append(1) }}", "append")]
    [InlineData("{{ 1 + }}", "expression")]
    [InlineData("{{ 'abc }}", "string")]
    [InlineData("{{ 2 ** 99999999 }}", "too large")]
    public void Apply_WhatIsNotSupported_IsNamed(string template, string named) =>
        Assert.Contains(named, Assert.Throws<ChatTemplateException>(() => Render(template)).Message);

    [Fact]
    public void Apply_HostileTemplates_EndWithAnError()
    {
        string[] hostile =
        [
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{{ 'aaaaaaaaaa' * 1000000000 }}",
            "{% set ns = namespace(t='aa') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
            "{% set ns = namespace(t=[1]) %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{{ " + new string('(', 50_000) + "1" + new string(')', 50_000) + " }}",
            "{{ " + string.Join(" + ", Enumerable.Repeat("1", 100_000)) + " }}",
            "{{ " + string.Concat(Enumerable.Repeat("not ", 50_000)) + "1 }}",
            "{{ range(999999999) }}",
            "{{ range(5) | batch(999999999999999999999, 'x') | list }}",
            string.Concat(Enumerable.Repeat("{% if true %}", 10_000)),
        ];
        foreach (var template in hostile) Assert.Throws<ChatTemplateException>(() => Render(template));
    }

    [Fact]
    public void Apply_RaiseException_SaysThatTheTemplateRefused()
    {
        var refused = Assert.Throws<ChatTemplateException>(() => Render("{{ raise_exception('only users') }}"));
        Assert.True(refused.RaisedByTemplate);
        Assert.Contains("only users", refused.Message);
    }

    [Fact]
    public void Load_ListOfTemplatesAndTokenObjects_TakesTheDefault()
    {
        var folder = Directory.CreateTempSubdirectory("template").FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"),
            """
            {"bos_token": {"content": "<b>"}, "eos_token": null, "chat_template": [{"name": "tool_use", "template": "t"},
             {"name": "default", "template": "{{ bos_token }}{{ eos_token }}{{ messages[0].content }}"}]}
            """);
        Assert.Equal("<b>hi", ChatTemplate.Load(folder)!.Apply([new("user", "hi")], false));
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), "own file{{ bos_token }}\n");
        Assert.Equal("own file<b>", ChatTemplate.Load(folder)!.Apply([], false));
        Directory.Delete(folder, recursive: true);
    }
}
