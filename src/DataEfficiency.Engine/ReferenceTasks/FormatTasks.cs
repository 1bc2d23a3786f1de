// Form rather than content: how a date is written, whether adjectives stand in the usual order, which place a parcel goes to.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class FormatTasks
{
    private static readonly string[] Cities = ["Oslo", "Rome", "Lima", "Bern", "Cairo", "Paris", "Delhi", "Turin", "Porto", "Leeds",
        "Kyoto", "Quito", "Accra", "Dakar", "Basel", "Split"];

    // Opinion, size, age, colour, material: the usual order of English adjectives.
    private static readonly string[][] Adjectives =
    [
        ["nice", "ugly", "pretty", "silly", "fine"], ["big", "small", "huge", "tiny", "long"], ["old", "new", "ancient", "young"],
        ["red", "blue", "green", "black", "white"], ["wooden", "plastic", "iron", "paper", "glass"],
    ];

    public static IEnumerable<ReferenceTask> All => [DateOrder, AdjectiveOrder, Destination];

    private static ReferenceTask DateOrder { get; } =
        new("date-format", "Is the day first, the month first, or is it unclear?", ["day", "month", "unclear"], random =>
    {
        var label = random.Pick(new[] { "day", "month", "unclear" });
        var (first, second) = label switch
        {
            "day" => (random.Between(13, 28), random.Between(1, 12)),
            "month" => (random.Between(1, 12), random.Between(13, 28)),
            _ => (random.Between(1, 12), random.Between(1, 12)),
        };
        return new Example(random.Say($"{{Due|Paid|Sent|Born|Signed}} {{on |}}{first:00}/{second:00}/{random.Between(1960, 2029)}"), label);
    });

    private static ReferenceTask AdjectiveOrder { get; } = new("adjective-order", "Is the word order usual?", ["yes", "no"], random =>
    {
        var usual = random.Chance(.5);
        var kinds = random.Sample(Enumerable.Range(0, Adjectives.Length).ToList(), 3).Order().ToList();
        var order = usual ? kinds
            : random.Pick<List<int>>([[kinds[1], kinds[0], kinds[2]], [kinds[0], kinds[2], kinds[1]], [kinds[2], kinds[0], kinds[1]]]);
        return new Example(
            random.Say(
            $"{{a|the|my|one}} {string.Join(' ', order.Select(k => random.Pick(Adjectives[k])))} "
            + $"{{box|toy|chair|house|boat|clock|cup|door}}"), usual ? "yes" : "no");
    });

    private static ReferenceTask Destination { get; } = new("destination", "Which city does it go to?", null, random =>
    {
        var cities = random.Sample(Cities, 2);
        return new Example(random.Say(random.Chance(.5)
            ? $"{{The|A|One}} {{parcel|train|letter|lorry}} {{leaves|starts|comes}} from {cities[0]} and {{goes|travels|is sent}} to "
                + $"{cities[1]} {{today|at noon|by night|on Friday}}"
            : $"{{To|For}} {cities[1]}, {{a|the|one}} {{parcel|train|letter|lorry}} out of "
                + $"{cities[0]} {{today|at noon|by night|on Friday}}"), cities[1]);
    });
}
