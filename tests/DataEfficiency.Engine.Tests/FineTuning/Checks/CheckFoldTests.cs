using DataEfficiency.Engine.FineTuning.Checks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.FineTuning.Checks;

public class CheckFoldTests
{
    private static readonly TaskPrompt Task = new("Say", ["a", "b", "c"]);

    // Two in four are a, one b, one c.
    private static CheckExample[] Labels(int low, int random) => [.. Enumerable.Range(0, low + random).Select(i =>
        new CheckExample(i, new Example($"text {i}", (i % 4) switch { 0 or 1 => "a", 2 => "b", _ => "c" }), i >= low))];

    private static CheckRequest Cross(IReadOnlyList<CheckExample> labels, long seed = 1) =>
        new(Task, CheckKind.CrossValidated, labels, [], null, null, CheckTraining.Auto, seed, "");

    private static CheckRequest SetAside(int labels, int? size, int test = 20) => new(Task, CheckKind.SetAside, Labels(0, labels),
        [.. Labels(0, test).Select(e => e with { Id = 10_000 + e.Id })], size, null, CheckTraining.Auto, 1, "");

    private static IEnumerable<long> Ids(IEnumerable<CheckExample> examples) => examples.Select(e => e.Id);

    [Theory, InlineData(32), InlineData(33), InlineData(49)]
    public void Of_FewerThanFiftyRandom_TwoFoldsScoreEachRandomOneOnceAndTrainOnTheRest(int random)
    {
        var labels = Labels(32, random);
        var folds = CheckFold.Of(Cross(labels));
        Assert.Equal(2, folds.Count);
        Assert.Equal(Ids(labels.Where(l => l.Random)), Ids(folds.SelectMany(f => f.Held)).Order());
        Assert.InRange(folds[0].Held.Count - folds[1].Held.Count, -1, 1);
        Assert.All(folds, f => Assert.Equal(Ids(labels), Ids([.. f.Train, .. f.Validation, .. f.Held]).Order()));
    }

    [Theory, InlineData(50, 12), InlineData(100, 25), InlineData(203, 50)]
    public void Of_FromFiftyRandom_OneQuarterIsScoredAndStratified(int random, int held)
    {
        var labels = Labels(32, random);
        var fold = Assert.Single(CheckFold.Of(Cross(labels)));
        Assert.Equal(held, fold.Held.Count);
        Assert.All(fold.Held, e => Assert.True(e.Random));
        Assert.Equal(Ids(labels), Ids([.. fold.Train, .. fold.Validation, .. fold.Held]).Order());
        foreach (var (answer, share) in new[] { ("a", .5), ("b", .25), ("c", .25) })
            Assert.InRange(fold.Held.Count(e => e.Example.Answer == answer) - held * share, -1.01, 1.01);
        Assert.All(new[] { 0, 1 }, _ => Assert.Equal(Ids(fold.Held), Ids(CheckFold.Of(Cross(labels))[0].Held)));
        Assert.NotEqual(Ids(fold.Held), Ids(CheckFold.Of(Cross(labels, seed: 2))[0].Held));
    }

    // An eighth of the training side, eight at least and 64 at most.
    [Theory, InlineData(20, 8), InlineData(64, 8), InlineData(200, 25), InlineData(2000, 64)]
    public void Of_LooksAreHeldOutOfTheTrainingSide_StratifiedAndSmall(int size, int looked)
    {
        var fold = Assert.Single(CheckFold.Of(SetAside(2000, size)));
        Assert.Equal((looked, size - looked), (fold.Validation.Count, fold.Train.Count));
        Assert.InRange(fold.Validation.Count(e => e.Example.Answer == "a") - looked / 2.0, -1.01, 1.01);
    }

    [Fact]
    public void Of_SetAside_TakesTheFirstOfTheOrderAndScoresTheTestSet()
    {
        var request = SetAside(300, 100);
        var fold = Assert.Single(CheckFold.Of(request));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), Ids([.. fold.Train, .. fold.Validation]).Order());
        Assert.Equal(request.Test, fold.Held);
        Assert.Equal(300, CheckFold.Of(SetAside(300, null))[0] is var all ? all.Train.Count + all.Validation.Count : 0);
    }

    // A project's validation set: all labels train.
    [Theory, InlineData(100, true), InlineData(7, false)]
    public void Of_SetAsideWithAValidationSet_LooksThereAndTrainsOnAll(int size, bool taken)
    {
        CheckExample[] own = [.. Labels(0, size).Select(e => e with { Id = 20_000 + e.Id })];
        var fold = Assert.Single(CheckFold.Of(SetAside(300, 200) with { Validation = own }));
        Assert.Equal(taken ? 200 : 175, fold.Train.Count);
        Assert.Equal(taken, fold.Validation.SequenceEqual(own));
        Assert.Equal(20, fold.Held.Count);
        Assert.Contains("stands twice", Assert.Throws<ArgumentException>(() =>
            CheckFold.Of(SetAside(300, 200) with { Validation = [Labels(0, 1)[0]] })).Message);
        Assert.Throws<ArgumentException>(() => CheckFold.Of(Cross(Labels(32, 100)) with { Validation = own }));
    }

    public static TheoryData<string, CheckRefusal> Refused => new()
    {
        { "31 random", CheckRefusal.TooFewLabels }, { "15 labels", CheckRefusal.TooFewLabels },
        { "no test", CheckRefusal.TooFewLabels }, { "size", CheckRefusal.TooFewLabels }, { "one answer", CheckRefusal.OneAnswer },
    };

    [Theory, MemberData(nameof(Refused))]
    public void Of_LabelsThatAllowNoCheck_AreRefusedByReason(string what, CheckRefusal reason)
    {
        var refused = Assert.Throws<CheckRefusedException>(() => CheckFold.Of(what switch
        {
            "31 random" => Cross(Labels(32, 31)),
            "15 labels" => SetAside(15, null),
            "no test" => SetAside(100, null, test: 0),
            "size" => SetAside(100, 101),
            _ => Cross([.. Labels(0, 40).Select(e => e with { Example = e.Example with { Answer = e.Id % 2 == 0 ? "A." : "a" } })]),
        }));
        Assert.Equal(reason, refused.Reason);
        Assert.Matches("[0-9]|test set", refused.Message);
    }

    [Fact]
    public void Of_AnExampleThatTrainsAndTests_IsRefused() => Assert.Contains("stands twice", Assert.Throws<ArgumentException>(() =>
        CheckFold.Of(SetAside(100, null) is var r ? r with { Test = [.. r.Test, r.Labels[3]] } : null!)).Message);
}
