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
        ("Portugal", ["Lisbon", "fado", "the Douro", "bacalhau"]), ("Japan", ["Tokyo", "sushi", "Mount Fuji", "kimonos"]),
        ("Mexico", ["tacos", "Cancun", "mariachi", "Yucatan"]), ("India", ["Mumbai", "the Ganges", "saris", "curry"]),
        ("Greece", ["Athens", "feta", "Crete", "the Acropolis"]), ("Norway", ["Bergen", "fjords", "lefse", "Tromso"]),
        ("Turkey", ["Ankara", "baklava", "the Bosporus", "Izmir"]), ("Brazil", ["samba", "Bahia", "the Amazon", "Recife"]),
        ("Ireland", ["Dublin", "Galway", "stout beer", "the Shannon"]), ("Egypt", ["the Nile", "pyramids", "Luxor", "pharaohs"]),
        ("Iceland", ["geysers", "Reykjavik", "skyr", "Vatnajokull"]), ("Russia", ["Moscow", "borscht", "the Volga", "Siberia"]),
        ("Kenya", ["Nairobi", "Mombasa", "safaris", "the Masai"]), ("Canada", ["Toronto", "maple syrup", "Quebec", "moose"]),
        ("Austria", ["Vienna", "strudel", "Tyrol", "Salzburg"]), ("Vietnam", ["Hanoi", "pho", "the Mekong", "Saigon"]),
        ("Poland", ["Warsaw", "Krakow", "pierogi", "the Vistula"]), ("Morocco", ["Fez", "couscous", "Rabat", "souks"]),
        ("Cuba", ["Havana", "cigars", "rumba", "Trinidad"]), ("Hungary", ["Budapest", "goulash", "Lake Balaton", "paprika"]),
        ("Nepal", ["Everest", "sherpas", "Kathmandu", "yaks"]), ("Chile", ["Santiago", "Patagonia", "Valparaiso", "Atacama"]),
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
