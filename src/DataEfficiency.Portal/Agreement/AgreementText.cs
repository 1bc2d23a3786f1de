using System.Globalization;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Tasks;
using static DataEfficiency.Portal.Agreement.AgreementWords;

namespace DataEfficiency.Portal.Agreement;

/// <summary>Agreement in words.</summary>
public static class AgreementText
{
    private const char NoBreakSpace = '\u00a0';

    // Krippendorff's own bounds
    private const double Good = .8, Fair = 2 / 3.0;

    public static string Value(double? value, CultureInfo culture) => value?.ToString("0.00", culture) ?? Undefined.ToString();

    public static Said Title(ProjectAgreement agreement, CultureInfo culture) =>
        Headline(measure: Measure($"{agreement.Shape}"), value: Value(agreement.Overall, culture));

    /// <summary>What to make of it; nothing is known of how much exact F1 is enough.</summary>
    public static Said? Meaning(ProjectAgreement agreement) => agreement.Overall is null ? UndefinedWhy
        : agreement.Shape == AnswerShape.Spans ? null : HowGood(Grade(agreement.Interval));

    // by the interval, not the value: a bound that it spans is neither passed nor missed
    private static string Grade(Interval? interval) => interval switch
    {
        null => "early",
        { Low: >= Good } => "good",
        { Low: >= Fair, High: >= Good } => "fairOrGood",
        { Low: >= Fair } => "fair",
        { High: >= Fair } => "open",
        _ => "low",
    };

    public static Said Certainty(ProjectAgreement agreement, CultureInfo culture) =>
        Range(agreement.Interval, culture) is { } range ? IntervalOf(range) : TooFew(Bootstrap.LeastItems);

    /// <summary>"0.59 (0.31 – 0.82)"; without what stands in brackets as long as there is no interval.</summary>
    public static Said Person(PersonAgreement person, CultureInfo culture) =>
        PersonValue(value: Value(person.Value, culture), range: Range(person.Interval, culture));

    /// <summary>"84 % (71 – 92 %)", or how many of the answers are there that it takes.</summary>
    public static Said Gold(GoldAccuracy gold, CultureInfo culture) => gold.IsKnown
        ? GoldShare(share: ForecastNumbers.Percent(gold.Share, culture), range: ForecastNumbers.Range(
            (100 * gold.Interval.Low).ToString("0", culture), ForecastNumbers.Percent(gold.Interval.High, culture)))
        : GoldSoFar(answers: gold.Answers, least: GoldAccuracy.Least);

    /// <summary>One line, beside other figures.</summary>
    public static Said Line(ProjectAgreement agreement, CultureInfo culture) => Short(value: Value(agreement.Overall, culture),
        interval: Range(agreement.Interval, culture), items: agreement.Items);

    private static string? Range(Interval? range, CultureInfo culture) => range is { } interval
        ? $"{Value(interval.Low, culture)}{NoBreakSpace}–{NoBreakSpace}{Value(interval.High, culture)}" : null;
}
