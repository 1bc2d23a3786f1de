// Opinions: the words alone decide, a negation turns them round, or only the part after "but" counts.
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class ReviewTasks
{
    private static readonly string[] Good =
    [
        "great", "lovely", "excellent", "clean", "friendly", "fresh", "quick", "helpful", "warm", "bright", "charming", "perfect",
        "pleasant", "polite", "tasty", "wonderful",
        "comfortable", "honest", "careful", "superb", "reliable", "cosy", "generous", "delightful", "smooth", "splendid", "spotless",
        "brilliant",
    ];
    private static readonly string[] Bad =
    [
        "awful", "dirty", "rude", "slow", "cold", "stale", "noisy", "broken", "dull", "horrible", "boring", "greasy", "tiny", "careless",
        "bland", "terrible",
        "uncomfortable", "dishonest", "shabby", "poor", "unreliable", "gloomy", "mean", "dreadful", "clumsy", "nasty", "filthy", "useless",
    ];
    private static readonly string[] Things =
        ["room", "food", "staff", "service", "breakfast", "bar", "pool", "lobby", "view", "waiter", "menu", "music", "garden", "bed",
            "shower", "tour", "driver", "coffee", "desk", "lift"];

    public static IEnumerable<ReferenceTask> All => [Sentiment, Negated, AfterBut];

    private static ReferenceTask Sentiment { get; } = new("sentiment", "Is the review good or bad?", ["good", "bad"], random =>
    {
        var good = random.Chance(.5);
        var (one, two) = (random.Pick(Things), random.Pick(Things));
        return new Example(
            random.Say(
            $"{{The|Our|Their}} {one} was {Word(random, good)} and the {two} {{seemed|was|looked}} {{very |quite |}}{Word(random, good)}"),
            good ? "good" : "bad");
    }, noise: .03);

    private static ReferenceTask Negated { get; } = new("negation", "Is the review good or bad?", ["good", "bad"], random =>
    {
        var (good, negated) = (random.Chance(.5), random.Chance(.5));
        var not = negated ? "{not|never|hardly|far from|anything but}" : "{really|always|very|clearly|so}";
        return new Example(
            random.Say(
            $"{{The|Our|Their}} {random.Pick(Things)} was {not} {Word(random, good != negated)}{{ this time| on Sunday| "
            + $"when we came|, I think| for the price|}}"), good ? "good" : "bad");
    }, noise: .03);

    private static ReferenceTask AfterBut { get; } = new("but-clause", "What is the last word on it?", ["praise", "blame"], random =>
    {
        var praise = random.Chance(.5);
        var things = random.Sample(Things, 2);
        var (first, last) = (Word(random, !praise), Word(random, praise));
        // The main clause decides, and it stands first or last: place alone does not tell.
        return new Example(random.Say(random.Chance(.5)
            ? $"{{The|Their}} {things[0]} was {first}, {{but|yet}} the {things[1]} was {last}"
            : $"{{The|Their}} {things[0]} was {last}, {{although|even if}} the {things[1]} was {first}"), praise ? "praise" : "blame");
    });

    private static string Word(TaskRandom random, bool good) => random.Pick(good ? Good : Bad);
}
