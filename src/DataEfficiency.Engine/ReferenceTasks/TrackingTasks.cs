// Chains of facts that must be followed step by step (after the tasks of the same names in BIG-Bench).
namespace DataEfficiency.Engine.ReferenceTasks;

internal static class TrackingTasks
{
    private static readonly string[] Names = ["Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida", "Jon"];

    public static IEnumerable<ReferenceTask> All => [WebOfLies, Shuffled];

    private static ReferenceTask WebOfLies { get; } = new("web-of-lies", "Does the last person tell the truth?", ["yes", "no"], random =>
    {
        var names = random.Sample(Names, 4);
        var honest = random.Chance(.5);
        var sentences = new List<string> { $"{names[0]} {(honest ? "tells the truth" : "lies")}." };
        for (var i = 1; i < names.Count; i++)
        {
            var accuses = random.Chance(.5);
            sentences.Add($"{names[i]} says {names[i - 1]} {(accuses ? "lies" : "tells the truth")}.");
            honest = accuses ? !honest : honest;
        }
        return new Example(string.Join(' ', sentences), honest ? "yes" : "no");
    });

    private static ReferenceTask Shuffled { get; } =
        new("shuffled-balls", "Which ball does the first person have at the end?", ["red", "blue", "green"], random =>
    {
        var people = random.Sample(Names, 3);
        var balls = random.Sample(new[] { "red", "blue", "green" }, 3);
        var start = string.Join(", ", people.Select((p, i) => $"{p} {balls[i]}"));
        var swaps = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var pair = random.Sample(new[] { 0, 1, 2 }, 2);
            (balls[pair[0]], balls[pair[1]]) = (balls[pair[1]], balls[pair[0]]);
            swaps.Add($"{people[pair[0]]} and {people[pair[1]]} swap");
        }
        return new Example($"{start}. {string.Join(". ", swaps)}.", balls[0]);
    });
}
