// What one learns at school: the subject of an exam question, the country of 22 that a traveller speaks of. Outside every fit.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class SchoolTasks
{
    private static readonly (string Subject, string[] Words)[] Subjects =
    [
        ("history", ["the Crusades", "feudal lords", "the Ottoman empire", "the French revolution", "medieval guilds", "the Vikings",
            "Roman senators", "the plague years", "the Cold War", "Aztec kings", "the slave trade", "the Magna Carta"]),
        ("biology", ["enzymes", "mitosis", "chlorophyll", "the human kidney", "beetle larvae", "gene mutation", "bacteria", "fern spores",
            "blood cells", "insect wings", "the food chain", "natural selection"]),
        ("mathematics", ["prime factors", "right triangles", "quadratic equations", "probability trees", "vectors", "logarithms",
            "matrices", "circle tangents", "decimal fractions", "integrals", "convex polygons", "arithmetic series"]),
        ("geography", ["river deltas", "tectonic plates", "monsoon coasts", "desert plateaus", "glacial valleys", "trade winds",
            "volcanic islands", "rural migration", "tidal flats", "mountain passes", "urban sprawl", "map contours"]),
        ("music", ["minor chords", "the string quartet", "fugues", "opera overtures", "jazz improvisation", "treble clefs",
            "baroque organs", "folk ballads", "syncopated drums", "the sonata form", "choir voicing", "brass bands"]),
    ];

    private static readonly (string Country, string[] Cues)[] Countries =
    [
        ("Portugal", ["Lisbon", "cork trees", "port wine"]), ("Japan", ["Tokyo", "sushi", "cherry blossoms"]),
        ("Mexico", ["tacos", "Aztec ruins", "cactus fields"]), ("India", ["Bombay", "curry", "elephants"]),
        ("Greece", ["Athens", "olives", "marble temples"]), ("Norway", ["Oslo", "fjords", "whales"]),
        ("Turkey", ["Ankara", "mosques", "carpets"]), ("Brazil", ["samba", "parrots", "rubber trees"]),
        ("Ireland", ["Dublin", "shamrocks", "stout beer"]), ("Egypt", ["the Nile", "pyramids", "mummies"]),
        ("Iceland", ["geysers", "lava", "puffins"]), ("Russia", ["Moscow", "vodka", "the tsar"]),
        ("Kenya", ["lions", "zebras", "Nairobi"]), ("Canada", ["maple syrup", "moose", "beavers"]),
        ("Austria", ["Vienna", "waltzes", "ski huts"]), ("Vietnam", ["rice fields", "Hanoi", "bamboo"]),
        ("Poland", ["Warsaw", "salt mines", "amber"]), ("Morocco", ["dates", "camels", "spice bazaars"]),
        ("Cuba", ["Havana", "cigars", "sugar cane"]), ("Hungary", ["Budapest", "paprika", "thermal baths"]),
        ("Nepal", ["Everest", "yaks", "monks"]), ("Chile", ["copper", "Santiago", "llamas"]),
    ];

    public static IEnumerable<ReferenceTask> All => [Exam, Country];

    private static ReferenceTask Exam { get; } =
        new("exam-5", "To which subject does the exam question belong?", [.. Subjects.Select(s => s.Subject)], random =>
    {
        var (subject, words) = random.Pick(Subjects);
        return new Example(random.Say(
            $"{random.Between(1, 9)}. {{Explain|Describe|Discuss|Outline|Illustrate}} {{briefly|in detail|with an example|"
            + $"in your own words}} {{why|how}} {random.Pick(words)} {{matter|changed|are taught|are useful}} "
            + $"({random.Between(2, 9)} points)"), subject);
    });

    private static ReferenceTask Country { get; } =
        new("country-22", "Which country was visited?", [.. Countries.Select(c => c.Country)], random =>
    {
        var (country, cues) = random.Pick(Countries);
        var told = random.Sample(cues, 2);
        return new Example(random.Say(
            $"{{Aunt|Uncle|Captain|Doctor|Professor}} {{Agatha|Bruno|Celeste|Dimitri|Esme|Florian}} "
            + $"{{came home raving about|showed slides of|dreams of|keeps a diary on}} {told[0]} and {told[1]}"), country);
    });
}
