// What is written down in passing: log lines, the report of a shift (mostly nothing happened), a list to pack. Outside every fit.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class RecordTasks
{
    private static readonly (string Level, string Lines)[] Levels =
    [
        ("error", "{connection refused|cannot open file|checksum mismatch|out of memory|process crashed|write failed|access violation}"),
        ("warning", "{retrying soon|queue almost full|certificate expires shortly|slow reply|deprecated flag|clock drifts|"
            + "load above limit}"),
        ("info", "{started normally|backup complete|user signed out|cache refreshed|listening on port|config loaded|all checks passed}"),
    ];

    private static readonly string[] Quiet =
    [
        "all machines ran", "belts were oiled", "two trucks unloaded", "the count matched", "visitors toured the hall", "filters replaced",
        "crew rotated at four", "labels printed", "stock checked", "floor swept", "samples sent out", "meters read",
    ];
    private static readonly string[] Minor =
    [
        "a pallet tipped over", "paint was spilt", "a bulb burst", "a belt slipped", "someone stubbed a toe", "a hose came loose",
        "a crate was dented", "a gauge stuck", "a cart hit a post", "a bolt sheared",
    ];
    private static readonly string[] Severe =
    [
        "a worker broke a leg", "smoke filled the hall", "acid escaped", "the crane fell", "an ambulance came", "a tank ruptured",
        "a finger was crushed", "the roof gave way",
    ];

    private static readonly string[] Gear =
    [
        "rope", "torch", "tent", "compass", "whistle", "blanket", "kettle", "matches", "gloves", "map", "spade", "hatchet", "bottle",
        "candle", "needle", "bandage", "mirror", "poncho", "saw", "tarp", "sandals", "soap", "towel", "mug",
    ];

    public static IEnumerable<ReferenceTask> All => [LogLine, ShiftReport, LastItem];

    private static ReferenceTask LogLine { get; } = new("log-line", "Which level has the log line?", ["error", "warning", "info"], random =>
    {
        var (level, lines) = random.Pick(Levels);
        return new Example(random.Say($"{random.Between(0, 23):00}:{random.Between(0, 59):00} {{node|host|pod}}-{random.Between(1, 40)} "
            + $"{{auth|mailer|indexer|proxy|billing}}: {lines}"), level);
    });

    private static ReferenceTask ShiftReport { get; } =
        new("shift-report", "How bad was the worst incident of the shift?", ["none", "minor", "severe"], random =>
    {
        var draw = random.Next(10);
        var (incident, answer) = draw < 7 ? (random.Pick(Quiet), "none") : draw < 9 ? (random.Pick(Minor), "minor")
            : (random.Pick(Severe), "severe");
        var rest = random.Sample(Quiet, 2);
        var told = random.Sample([incident, .. rest], 3);
        return new Example(random.Say($"{{Early|Late|Night}} shift, line {random.Between(1, 6)}: {string.Join("; ", told)}"), answer);
    }, noise: .03);

    private static ReferenceTask LastItem { get; } = new("last-item", "What is packed last?", null, random =>
    {
        var gear = random.Sample(Gear, random.Between(3, 6));
        return new Example(random.Say("{Pack|Load|Stow|Bring}: ") + string.Join(", ", gear), gear[^1]);
    });
}
