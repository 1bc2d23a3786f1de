// Two lines that must be read together, and numbers that must be compared one with the next.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class ReasoningTasks
{
    private static readonly string[] People =
        ["sailor", "juggler", "shepherd", "dancer", "miner", "potter", "monk", "surgeon", "weaver", "clown"];

    // What is said, what follows from it, what it rules out, and what it leaves open.
    private static readonly (string Said, string Follows, string RuledOut, string Open)[] Scenes =
    [
        ("snores in the hay", "is asleep", "is wide awake", "is dreaming"), ("gallops over a hill", "is riding", "stands still", "is late"),
        ("sings an aria", "makes music", "keeps silent", "is famous"), ("devours a pear", "is eating", "is fasting", "likes fruit"),
        ("dives into a lake", "gets wet", "stays dry", "can see fish"), ("sprints to a gate", "is moving", "sits down", "won a prize"),
        ("weeps at a grave", "is sad", "is cheerful", "lost a brother"), ("whispers to a nun", "speaks", "says nothing", "tells a secret"),
        ("buys two oxen", "spends coins", "earns coins", "owns a farm"), ("climbs a spire", "goes up", "goes down", "is brave"),
        ("boils some eggs", "is cooking", "lets the stove rest", "has guests"),
        ("sketches a swan", "is drawing", "holds no pencil", "is gifted"),
    ];

    public static IEnumerable<ReferenceTask> All => [Entailment, Rising];

    // Half of the open cases speak of another person: the second line alone does not tell.
    private static ReferenceTask Entailment { get; } =
        new("entailment", "Does the hypothesis follow from the premise?", ["yes", "no", "unclear"], random =>
    {
        var answer = random.Pick(new[] { "yes", "no", "unclear" });
        var people = random.Sample(People, 2);
        var scene = random.Pick(Scenes);
        var other = answer == "unclear" && random.Chance(.5);
        var claim = answer switch
        {
            "yes" => scene.Follows,
            "no" => scene.RuledOut,
            _ => other ? (random.Chance(.5) ? scene.Follows : scene.RuledOut) : scene.Open,
        };
        return new Example(random.Say(
            $"premise: {{A|The|This}} {{tall |old |young |}}{people[0]} {scene.Said}{{| at dawn| alone| once more}}\n"
            + $"hypothesis: {{A|The}} {people[other ? 1 : 0]} {claim}"), answer);
    });

    private static ReferenceTask Rising { get; } = new("rising", "Does every number exceed the one before it?", ["yes", "no"], random =>
    {
        var rises = random.Chance(.5);
        var numbers = random.Sample(Enumerable.Range(10, 90).ToList(), 4).Order().ToList();
        while (!rises && numbers.SequenceEqual(numbers.Order())) numbers = random.Sample(numbers, numbers.Count);
        return new Example(string.Join(", ", numbers), rises ? "yes" : "no");
    });
}
