using System.Globalization;
using DataEfficiency.Portal.Sentences;
using Xunit;

namespace DataEfficiency.Portal.Tests.Sentences;

public sealed class MessagePatternTests
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-US"), German = CultureInfo.GetCultureInfo("de-DE");

    private const string Answers = "{answers, plural, =0 {no answers} one {# more answer} other {# more answers}} with "
        + "{labels, plural, one {# label} other {# labels}}";

    [Theory]
    [InlineData(0, 0, "no answers with 0 labels")]
    [InlineData(1, 1, "1 more answer with 1 label")]
    [InlineData(2, 1, "2 more answers with 1 label")]
    [InlineData(1000, 2500, "1,000 more answers with 2,500 labels")]
    public void Plural_OfEachNumber_TakesItsForm(int answers, int labels, string said) =>
        Assert.Equal(said, Say(Answers, ("answers", answers), ("labels", labels)));

    [Fact]
    public void Numbers_AreThoseOfTheReader() =>
        Assert.Equal("2.500 of 0,5 and 0,50", Say("{n} of {share} and {share, number, 0.00}", English, German, ("n", 2500), ("share", .5)));

    [Fact]
    public void Figure_IsWrittenAsItSays_AndChoosesByItsValue()
    {
        Assert.Equal("1,480 labels", Say("{n, plural, one {# label} other {# labels}}", ("n", new Figure(1480, "1,480"))));
        Assert.Equal("~1 label", Say("{n, plural, one {# label} other {# labels}}", ("n", new Figure(1, "~1"))));
    }

    [Theory]
    [InlineData("gold", "as gold")]
    [InlineData("else", "as else")]
    [InlineData(null, "not at all")]
    [InlineData("none", "as none")]
    public void Select_TakesTheFormOfTheWord_AndNoneOnlyWhereThereIsNothing(string? use, string said) =>
        Assert.Equal(said, Say("{use, select, none {not at all} gold {as gold} other {as {use}}}", ("use", use)));

    [Fact]
    public void Apostrophes_StandForThemselves_OrQuoteBraces()
    {
        Assert.Equal("The file's 'text' {premise}", Say("The file's ''{name}'' '{premise}'", ("name", "text")));
        Assert.Equal("{\"label\": id}", Say("'{\"label\": id}'"));
    }

    [Fact]
    public void Arguments_ThatLookLikePatterns_AreTextOnly() =>
        Assert.Equal("{name} # 'x", Say("{value}", ("value", "{name} # 'x")));

    [Fact]
    public void Names_ThatRunFromTheRight_AreSetApart_AndOthersAreNot()
    {
        Assert.Equal("3 labels of \u2068דנה (2)\u2069, Ada", Say("{n} labels of {first}, {second}", ("n", 3), ("first", "דנה (2)"),
            ("second", "Ada")));
        Assert.Equal("Take \u2068بطاقة\u2069", Say("Take {label}", ("label", "بطاقة")));
    }

    [Theory]
    [InlineData("en", 0, "other")]
    [InlineData("en", 1, "one")]
    [InlineData("en", 1.5, "other")]
    [InlineData("fr", 0, "one")]
    [InlineData("ja", 1, "other")]
    public void PluralForm_IsTheLanguages(string language, double number, string form) =>
        Assert.Equal(form, PluralForm.Of(CultureInfo.GetCultureInfo(language), number));

    private static string Say(string pattern, params (string Name, object? Value)[] arguments) =>
        Say(pattern, English, English, arguments);

    private static string Say(string pattern, CultureInfo language, CultureInfo numbers, params (string Name, object? Value)[] arguments) =>
        new MessagePattern(pattern, arguments.ToDictionary(a => a.Name, a => a.Value), language, numbers).ToString();
}
