// Rules that no single word gives away: truth values, parity, counting.
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class LogicTasks
{
    private static readonly string[] Fruit = ["pear", "plum", "fig", "lemon", "melon", "cherry"];
    private static readonly string[] Other = ["chair", "drum", "sock", "horse", "lamp", "spoon"];

    public static IEnumerable<ReferenceTask> All => [Boolean("boolean-2", 2), Boolean("boolean-6", 6), Parity, Counting];

    private static ReferenceTask Boolean(string name, int terms) => new(name, "Is the expression true?", ["true", "false"], random =>
    {
        var value = random.Chance(.5);
        while (true)
        {
            var (text, found) = Expression(random, terms);
            if (found == value)
                return new Example(random.Say("{A|B|C|D|E|F|G|H}{1|2|3|4|5|6|7|8|9}{0|1|2|3|4|5|6|7|8|9}: ") + text,
                    value ? "true" : "false");
        }
    });

    // Every pair stands in brackets: no precedence to know.
    private static (string Text, bool Value) Expression(TaskRandom random, int terms)
    {
        if (terms == 1)
        {
            var (value, nots) = (random.Chance(.5), random.Next(3));
            return (string.Concat(Enumerable.Repeat("not ", nots)) + (value ? "True" : "False"), value ^ (nots == 1));
        }
        var leftTerms = terms / 2;
        var (left, right) = (Expression(random, leftTerms), Expression(random, terms - leftTerms));
        var and = random.Chance(.5);
        return ($"({left.Text} {(and ? "and" : "or")} {right.Text})", and ? left.Value && right.Value : left.Value || right.Value);
    }

    private static ReferenceTask Parity { get; } = new("parity", "Is the number of ones even or odd?", ["even", "odd"], random =>
    {
        var bits = Enumerable.Range(0, 16).Select(_ => random.Next(2)).ToList();
        return new Example(string.Join(' ', bits), bits.Sum() % 2 == 0 ? "even" : "odd");
    });

    private static ReferenceTask Counting { get; } = new("counting", "How many fruits?", ["two", "three", "four", "five", "six"], random =>
    {
        var fruits = random.Between(2, 6);
        var items = Enumerable.Range(0, 8).Select(i => random.Pick(i < fruits ? Fruit : Other)).ToList();
        return new Example($"I have a {string.Join(", a ", random.Sample(items, items.Count))}",
            new[] { "two", "three", "four", "five", "six" }[fruits - 2]);
    });
}
