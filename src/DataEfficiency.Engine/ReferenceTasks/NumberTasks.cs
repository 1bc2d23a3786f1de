// Comparing, adding on the clock face, closing brackets: symbols whose meaning lies in their place. Outside every fit.
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class NumberTasks
{
    private static readonly string[] Hours =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private static readonly string[] Loads =
        ["crate", "barrel", "trunk", "anvil", "statue", "piano", "boulder", "safe", "sledge", "stove"];

    private const int Pairs = 6;

    public static IEnumerable<ReferenceTask> All => [Heavier, ClockSum, Brackets];

    private static ReferenceTask Heavier { get; } =
        new("heavier", "Is the first or the second load heavier?", ["first", "second"], random =>
    {
        var loads = random.Sample(Loads, 2);
        var light = random.Between(10, 79);
        var heavy = random.Between(light + 15, 99);
        var first = random.Chance(.5);
        return new Example(random.Say($"{{a|the}} {loads[0]} of {(first ? heavy : light)} {{kilos|stone|pounds}}, "
            + $"{{a|the}} {loads[1]} of {(first ? light : heavy)}"), first ? "first" : "second");
    });

    private static ReferenceTask ClockSum { get; } = new("clock-sum", "What does the clock strike then?", Hours, random =>
    {
        // Mostly the next hour, which can be learnt by heart; the others need the sum.
        var (now, wait) = (random.Next(12), random.Chance(.7) ? 1 : random.Between(2, 3));
        return new Example(random.Say(
            $"{{The {{tower|kitchen|station|pocket}} clock|My {{watch|alarm}}|Big Ben}} {{strikes|shows|has struck}} {Hours[now]}; "
            + $"{{let|after}} {Hours[wait - 1]} {{hour|hours}} {{pass|go by}}{{| quietly| somehow| slowly| in bed}}"),
            Hours[(now + wait) % 12]);
    });

    // Half of the wrong ones have a bracket of each kind too many or too few, the others only two that changed places.
    private static ReferenceTask Brackets { get; } = new("brackets", "Is every bracket closed rightly?", ["yes", "no"], random =>
    {
        var right = random.Chance(.5);
        while (true)
        {
            var text = Closed(random, Pairs).ToCharArray();
            if (!right)
            {
                var at = random.Next(text.Length - 1);
                if (random.Chance(.5)) text[at] = random.Pick("()[]".Where(c => c != text[at]).ToList());
                else (text[at], text[at + 1]) = (text[at + 1], text[at]);
            }
            if (IsClosed(text) == right) return new Example(string.Join(' ', text), right ? "yes" : "no");
        }
    });

    private static string Closed(TaskRandom random, int pairs)
    {
        if (pairs == 0) return "";
        var inside = random.Next(pairs);
        var (open, close) = random.Chance(.5) ? ('(', ')') : ('[', ']');
        return open + Closed(random, inside) + close + Closed(random, pairs - 1 - inside);
    }

    private static bool IsClosed(IEnumerable<char> text)
    {
        var open = new Stack<char>();
        foreach (var c in text)
        {
            if (c is '(' or '[') open.Push(c);
            else if (!open.TryPop(out var last) || last != (c == ')' ? '(' : '[')) return false;
        }
        return open.Count == 0;
    }
}
