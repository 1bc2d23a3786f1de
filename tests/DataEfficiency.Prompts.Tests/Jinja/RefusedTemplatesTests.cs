// What is refused is refused when the template is read, with line, name and reason.
using DataEfficiency.Prompts.Jinja;

namespace DataEfficiency.Prompts.Tests.Jinja;

public class RefusedTemplatesTests
{
    public static IEnumerable<object[]> Readable =>
        JinjaRefused.All.Where(r => r.Kind is not ("value" or "result")).Select(r => new object[] { r.Kind, r.Name });

    [Theory]
    [MemberData(nameof(Readable))]
    public void Read_ConstructOfTheList_IsRefusedBeforeAnythingRuns(string kind, string name)
    {
        var construct = kind switch
        {
            "statement" => $"{{% {name} 'x' %}}",
            "filter" => $"{{{{ 'x' | {name} }}}}",
            "function" => $"{{{{ {name}() }}}}",
            "method" => $"{{{{ x.{name}() }}}}",
            _ => $"{{{{ '{name}{{BULLET}}' }}}}",
        };
        // in a branch that is never taken
        var message = Assert.Throws<ChatTemplateException>(() => Rendering.Read("{% if false %}\n" + construct + "{% endif %}")).Message;
        Assert.Contains($"line 2: the {kind} '{name}' is not supported", message);
        Assert.Contains(JinjaRefused.Find(kind, name)!.Reason, message);
    }

    [Theory]
    [InlineData("{{ 'x' | nosuch }}", "filter 'nosuch'")]
    [InlineData("{{ [1] | map('nosuch') }}", "filter 'nosuch'")]
    [InlineData("{% filter nosuch %}{% endfilter %}", "filter 'nosuch'")]
    [InlineData("{% set x | nosuch %}{% endset %}", "filter 'nosuch'")]
    [InlineData("{{ 'x' is nosuch }}", "test 'nosuch'")]
    [InlineData("{{ [1] | select('nosuch') }}", "test 'nosuch'")]
    [InlineData("{{ [1] | rejectattr('a', 'nosuch') }}", "test 'nosuch'")]
    [InlineData("{% nosuch %}", "statement 'nosuch'")]
    public void Read_UnknownName_IsRefusedBeforeAnythingRuns(string template, string named) =>
        Assert.Contains("line 2: the " + named, Assert.Throws<ChatTemplateException>(() => Rendering.Read("\n" + template)).Message);

    // In branches that are never taken: nothing has run when they are refused.
    [Theory]
    [InlineData("messages[0].keys() - ['role']", "set")]
    [InlineData("['role'] - messages[0].keys()", "set")]
    [InlineData("(messages[0].items() - []) | list", "set")]
    [InlineData("1 if 'a' in messages[0].keys() - messages[1].keys()", "set")]
    [InlineData("-8 ** 0.5", "complex number")]
    [InlineData("1 + (-8) ** (1 / 3)", "complex number")]
    [InlineData("[-2.5 ** -1.5]", "complex number")]
    public void Read_ValueWhoseMakingStandsInTheTemplate_IsRefusedBeforeAnythingRuns(string expression, string name) =>
        Assert.Contains($"line 2: the value '{name}' is not supported", Assert.Throws<ChatTemplateException>(() =>
            Rendering.Read("{% if false %}\n{{ " + expression + " }}{% endif %}")).Message);

    [Theory]
    [InlineData("messages[0].values() | list | length - 1", "1")]
    [InlineData("messages[0].keys() | list + ['x']", "['role', 'content', 'x']")]
    [InlineData("messages[0].items() | length - 2", "0")]
    [InlineData("8 ** 0.5 > 2", "True")]
    [InlineData("-8 ** 2", "64")]
    [InlineData("-8 ** (4 / 2)", "64.0")]
    public void Apply_WhatOnlyLooksLikeSuchAValue_IsComputed(string expression, string expected) =>
        Assert.Equal(expected, Rendering.Of("{{ " + expression + " }}", new ChatMessage("user", "hello")));

    // Only the values make it so: the prompt that is rendered for the check meets it, as every prompt would.
    [Theory]
    [InlineData("{% set known = messages[0].keys() %}{{ known - ['role'] }}", "set")]
    [InlineData("{% set low = -2 %}{{ low ** 0.5 }}", "complex number")]
    public void Apply_ValueThatOnlyNamesMake_IsRefusedThere(string template, string name) =>
        Assert.Contains($"the value '{name}' is not supported", Assert.Throws<ChatTemplateException>(() =>
            Rendering.Of(template, new ChatMessage("user", "hello"))).Message);

    [Fact]
    public void All_EveryEntry_HasAReasonAndStandsOnce()
    {
        Assert.All(JinjaRefused.All, r => Assert.True(r.Reason.Length > 20, r.Name));
        Assert.Distinct(JinjaRefused.All.Select(r => (r.Kind, r.Name)));
    }

    [Theory]
    [InlineData("lipsum", "{% macro lipsum() %}own{% endmacro %}{{ lipsum() }}")]
    [InlineData("self", "{% set self = ['own'] %}{{ self[0] }}")]
    [InlineData("super", "{% macro m(super) %}{{ super }}{% endmacro %}{{ m('own') }}")]
    public void Apply_OwnNameOfARefusedFunction_IsTheTemplatesOwn(string name, string template)
    {
        Assert.NotNull(JinjaRefused.Find("function", name));
        Assert.Equal("own", Rendering.Of(template));
    }
}
