using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Tasks;
using Xunit;

namespace DataEfficiency.Portal.Tests.Agreement;

/// <summary>The measures against figures that were worked out by hand.</summary>
public sealed class AgreementTests
{
    // a letter is what somebody gave; both in the order of the items
    [Theory]
    [InlineData("AAAABBBBCC", "AAABBBBCCA", .531250, .554688)]
    [InlineData("AAAA", "AAAB", 0, 0)]
    [InlineData("ABAB", "BABA", -1, -.75)]
    public void Cohen_OfTwoPeople_IsTheVector(string one, string other, double kappa, double alpha)
    {
        Assert.Equal(kappa, NominalAgreement.Cohen([.. one.Zip(other, (a, b) => ((int)a, (int)b))])!.Value, 6);
        Assert.Equal(alpha, NominalAgreement.Krippendorff(Items([.. one.Zip(other, (a, b) => $"{a}{b}")]))!.Value, 6);
    }

    [Fact]
    public void EveryMeasure_OfOneValueOrNothing_IsUndefinedAndNoNumber()
    {
        Assert.Null(NominalAgreement.Cohen([(1, 1), (1, 1), (1, 1), (1, 1)]));
        Assert.Null(NominalAgreement.Cohen([]));
        foreach (string[] items in new string[][] { ["AA", "AA"], ["A", "B"], [] })
            Assert.Null(NominalAgreement.Krippendorff(Items(items)));
        Assert.Null(NominalAgreement.Fleiss(Items(["AAA", "AAA"])));
        Assert.Null(NominalAgreement.Fleiss(Items([])));
        foreach (var shape in Enum.GetValues<AnswerShape>())
        {
            var none = ProjectAgreement.Of(1, shape, []);
            Assert.Equal((0, null, null, null), (none.Items, none.Overall, none.Interval, none.Fleiss));
        }
    }

    // value, interval: an interval that spans a bound decides nothing there
    [Theory]
    [InlineData(.85, .81, .90, "Good: from 0.80")]
    [InlineData(.81, .75, .87, "At least fair: ")]
    [InlineData(.72, .68, .76, "Fair: from 0.67")]
    [InlineData(.60, .50, .70, "Not certain yet: ")]
    [InlineData(.75, .60, .85, "Not certain yet: ")]
    [InlineData(.50, .40, .60, "Low: under 0.67")]
    public void Meaning_OfAnInterval_IsCertainOnlyWhereItSpansNoBound(double value, double low, double high, string said) =>
        Assert.StartsWith(said, AgreementText.Meaning(new(1, AnswerShape.Whole, 40, 80, value, new(low, high), null, null)));

    [Fact]
    public void Meaning_BeforeThereIsAnInterval_SaysNothingYet() => Assert.Equal("Too early to say whether that is enough.",
        AgreementText.Meaning(new(1, AnswerShape.Whole, 10, 20, .9, null, null, null)));

    [Fact]
    public void Fleiss_OfFiveItems_IsTheVector()
    {
        var items = Items(["AAA", "AAB", "BBB", "ABC", "CCC"]);

        Assert.Equal(.493243, NominalAgreement.Fleiss(items)!.Value, 6);
        Assert.Equal(.527027, NominalAgreement.Krippendorff(items)!.Value, 6);
        Assert.Null(NominalAgreement.Fleiss(Items(["AAA", "AB"])));
    }

    // twelve values that can be paired, A 3, B 6, C 3; one B less is another figure; what stands alone counts nowhere
    [Theory]
    [InlineData("AA AB BBB A CC BCB", 23 / 45.0)]
    [InlineData("AA AB BB A CC BCBB", 23 / 45.0)]
    [InlineData("AA AB BB A CC BCB", 19 / 39.0)]
    public void Krippendorff_WithUnequallyManyAnswers_IsTheVector(string items, double alpha) =>
        Assert.Equal(alpha, NominalAgreement.Krippendorff(Items(items.Split(' ')))!.Value, 6);

    // the four people of Krippendorff's own example; a dot is no answer
    [Fact]
    public void Krippendorff_FourPeopleWithGaps_IsTheVector()
    {
        string[] people = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."];

        var items = Items([.. Enumerable.Range(0, 12).Select(i => string.Concat(people.Select(p => p[i])).Replace(".", ""))]);

        Assert.Equal(.743421, NominalAgreement.Krippendorff(items)!.Value, 6);
    }

    [Fact]
    public void Alphas_OfSeveralLabels_AreThoseOfEachLabelAlone()
    {
        // labels 0 to 2, as three people gave them to four items
        int[][][] items = [[[0], [0, 1], [0]], [[1], [1], [1, 2]], [[], [2], [2]], [[0, 1], [1], []]];
        var rated = Rated(items.Select(i => i.Select(a => a.Select(l => new Piece(l)).ToArray()).ToArray()));

        var found = ProjectAgreement.Of(1, AnswerShape.Labels, rated);

        for (var label = 0; label < 3; label++)
        {
            var alone = Items([.. items.Select(i => string.Concat(i.Select(a => a.Contains(label) ? 'Y' : 'N')))]);
            Assert.Equal(NominalAgreement.Krippendorff(alone)!.Value, found.Labels.Single(l => l.Label == label).Value!.Value, 9);
        }
        Assert.Equal(found.Labels.Average(l => l.Value), found.Overall);
        // {0}{01}: 1/2, {0}{0}: 1, {01}{0}: 1/2; and so on
        Assert.Equal(((.5 + 1 + .5) / 3 + (1 + .5 + .5) / 3 + (0 + 0 + 1) / 3.0 + (.5 + 0 + 0) / 3) / 4, found.Jaccard!.Value, 9);
        // nobody has a label that another lacks, while lacking one of the other's
        Assert.Equal([], found.Disagreements);
    }

    [Fact]
    public void Labels_ThatNobodyGave_AndEmptyAnswers_Agree() =>
        Assert.Equal(1, SetAgreement.Jaccard(new("a", 1, 0, []), new("b", 1, 0, [])));

    [Fact]
    public void F1_OfSpans_CountsExactOnesAlone()
    {
        Piece one = new(1, 0, 5), longer = new(1, 0, 6), other = new(2, 0, 5), later = new(1, 9, 12);
        Rating Of(params Piece[] pieces) => new("x", 1, 0, pieces);

        Assert.Equal(1, SetAgreement.F1(Of(), Of()));
        Assert.Equal(0, SetAgreement.F1(Of(one), Of()));
        Assert.Equal(0, SetAgreement.F1(Of(one), Of(longer)));
        Assert.Equal(0, SetAgreement.F1(Of(one), Of(other)));
        Assert.Equal(2 * 1 / 3.0, SetAgreement.F1(Of(one, later), Of(one)));
        var found = ProjectAgreement.Of(1, AnswerShape.Spans, Rated([[[one, later], [one]], [[], []], [[one], [other]]]));
        Assert.Equal((2 / 3.0 + 1 + 0) / 3, found.Overall!.Value, 9);
        // of label 1: 2/3 and 0; the item without spans is none of it
        Assert.Equal([(2, 0), (1, .333333)], found.Labels.Select(l => (l.Label, Math.Round(l.Value!.Value, 6))));
        // label 2 stands where the other has label 1
        Assert.Equal([new LabelDisagreement(1, 2, 1)], found.Disagreements);
    }

    [Fact]
    public void Interval_UnderThirtyItems_IsNotSaid_AndIsTheSameEachTime()
    {
        string[] items = [.. Enumerable.Range(0, 29).Select(i => i % 4 == 0 ? "AB" : i % 2 == 0 ? "AA" : "BB")];
        Assert.Null(ProjectAgreement.Of(1, AnswerShape.Whole, Choices(items)).Interval);

        var found = ProjectAgreement.Of(1, AnswerShape.Whole, Choices([.. items, "AA"]));

        var interval = found.Interval!.Value;
        Assert.InRange(found.Overall!.Value, interval.Low, interval.High);
        // 30 items, a quarter of which disagree: the interval of a share of that size is some .3 each way
        Assert.InRange(interval.High - interval.Low, .4, .8);
        Assert.Equal(interval, ProjectAgreement.Of(1, AnswerShape.Whole, Choices([.. items, "AA"])).Interval);
        // of spans and of several labels too
        foreach (var shape in new[] { AnswerShape.Labels, AnswerShape.Spans })
        {
            var other = ProjectAgreement.Of(1, shape, Choices([.. items, "AA"]));
            Assert.InRange(other.Overall!.Value, other.Interval!.Value.Low, other.Interval.Value.High);
        }
    }

    [Fact]
    public void Project_OfThreePeople_HasPairsPeopleAndVersions()
    {
        // a and b answer all, c the last two; the last item on a newer answer set
        var found = ProjectAgreement.Of(7, AnswerShape.Whole, [
            new(1, [Choice("a", 'A'), Choice("b", 'A')]), new(2, [Choice("a", 'A'), Choice("b", 'B')]),
            new(3, [Choice("a", 'B'), Choice("b", 'B'), Choice("c", 'B')]),
            new(4, [Choice("a", 'A', 2), Choice("b", 'B', 2), Choice("c", 'A', 2)])]);

        Assert.Equal((7, 4, 10), (found.Version, found.Items, found.Answers));
        Assert.Equal([("a", "b", 4, .5), ("a", "c", 2, 1), ("b", "c", 2, .5)], found.Pairs.Select(p => (p.A, p.B, p.Items, p.Same)));
        Assert.Equal([NominalAgreement.Cohen([(0, 0), (0, 1), (1, 1), (0, 1)]), 1d, 0d], found.Pairs.Select(p => p.Value));
        // each answer of a beside each of the others': b's four, then c's two
        Assert.Equal((4, NominalAgreement.Krippendorff(Items(["AA", "AB", "BB", "AB", "BB", "AA"]))),
            (found.People["a"].Items, found.People["a"].Value));
        Assert.Equal((2, NominalAgreement.Krippendorff(Items(["BB", "AA", "BB", "AB"]))),
            (found.People["c"].Items, found.People["c"].Value));
        Assert.Equal([new LabelDisagreement('A', 'B', 3)], found.Disagreements);
        Assert.Equal([(1, 3), (2, 1)], found.Schemas.Select(s => (s.Version, s.Items)));
        Assert.Equal(NominalAgreement.Krippendorff(Items(["AA", "AB", "BBB"])), found.Schemas[0].Value);
        // items with unequally many answers have no Fleiss
        Assert.Null(found.Fleiss);
        Assert.Equal(2, found.Labels.Count);
    }

    // of ten items, a and b say the vector; c follows a
    [Fact]
    public void Person_WithAllOthers_IsTheVector_AndTheOddOneOutIsSeen()
    {
        var (one, other) = ("AAAABBBBCC", "AAABBBBCCA");
        var two = ProjectAgreement.Of(1, AnswerShape.Whole, Choices(one.Zip(other, (a, b) => $"{a}{b}")));
        Assert.All(two.People.Values, p => Assert.Equal((10, .554688, null), (p.Items, Math.Round(p.Value!.Value, 6), p.Interval)));
        Assert.Equal(two.Overall, two.People["0"].Value);

        var three = ProjectAgreement.Of(1, AnswerShape.Whole, Choices(one.Zip(other, (a, b) => $"{a}{b}{a}")));

        Assert.Equal(three.People["0"].Value, three.People["2"].Value);
        Assert.True(three.People["1"].Value < three.Overall && three.Overall < three.People["0"].Value);
        // each answer beside two others'
        Assert.Equal(NominalAgreement.Krippendorff(Items([.. one.Zip(other, (a, b) => $"{b}{a}").SelectMany(p => new[] { p, p })])),
            three.People["1"].Value);
    }

    // twice the answers of others on the same items are no more items
    [Theory]
    [InlineData(AnswerShape.Whole)]
    [InlineData(AnswerShape.Labels)]
    [InlineData(AnswerShape.Spans)]
    public void Person_FromThirtyItemsOn_HasAnInterval_OverItems(AnswerShape shape)
    {
        string[] pairs = [.. Enumerable.Range(0, 30).Select(i => i % 4 == 0 ? "AB" : i % 2 == 0 ? "AA" : "BB")];
        var one = ProjectAgreement.Of(1, shape, Choices(pairs)).People["0"];
        var two = ProjectAgreement.Of(1, shape, Choices(pairs.Select(p => $"{p}{p[1]}"))).People["0"];

        Assert.InRange(one.Value!.Value, one.Interval!.Value.Low, one.Interval.Value.High);
        Assert.Equal((30, 30), (one.Items, two.Items));
        Assert.InRange((two.Interval!.Value.High - two.Interval.Value.Low) / (one.Interval.Value.High - one.Interval.Value.Low), .95, 1.05);
        Assert.Null(ProjectAgreement.Of(1, shape, Choices(pairs.Skip(1))).People["0"].Interval);
    }

    [Theory]
    [InlineData(7, 10, .3968, .8922)]
    [InlineData(10, 10, .7225, 1)]
    [InlineData(0, 10, 0, .2775)]
    [InlineData(81, 263, .2553, .3662)]
    public void Wilson_OfAShare_IsTheKnownInterval(int right, int all, double low, double high) =>
        Assert.Equal((low, high), Wilson.Of(right, all) is var w ? (Math.Round(w.Low, 4), Math.Round(w.High, 4)) : default);

    private static CountedItems Items(IReadOnlyList<string> items) =>
        CountedItems.Of(items.Select(i => ValueCounts.Of(i.Length, i.Select(c => (int)c))));

    private static Rating Choice(string user, char label, int version = 1) => new(user, version, label, [new Piece(label)]);

    private static List<RatedItem> Choices(IEnumerable<string> items) =>
        [.. items.Select((item, i) => new RatedItem(i, [.. item.Select((c, person) => Choice($"{person}", c))]))];

    private static List<RatedItem> Rated(IEnumerable<Piece[][]> items) => [.. items.Select((item, i) => new RatedItem(i,
        [.. item.Select((pieces, person) => new Rating($"{person}", 1, pieces.Length, pieces))]))];
}
