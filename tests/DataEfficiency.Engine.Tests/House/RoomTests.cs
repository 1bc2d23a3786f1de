using System.Text.RegularExpressions;

namespace DataEfficiency.Engine.Tests.House;

/// <summary>Arrows point down only: a room of the engine knows the rooms that stand before it in one table, and of
/// those only the ones that it names there.</summary>
public partial class RoomTests
{
    private const string Engine = "DataEfficiency.Engine", Prompts = "DataEfficiency.Prompts", Torch = "TorchSharp";

    // What the door takes and gives: records of plain numbers and texts, which every room may speak of. The rest of
    // the root is the door itself, above all rooms.
    private const string Words = "words", Door = "door";
    private static readonly HashSet<string> DoorTypes = ["Estimator", "IEstimator", "EngineOptions", "CostMeasurement"];

    private static readonly (string Room, string[] MayUse)[] Rooms =
    [
        (Words, [Prompts]),
        ("Randomness", []),
        ("ReferenceTasks", [Words, Prompts, "Randomness"]),
        ("Forecasting", [Words, "Randomness"]),
        ("Models.Native", [Prompts, Torch]),
        ("Models.Files", [Prompts, Torch]),
        ("Models.Kernels", [Torch]),
        ("Models", [Prompts, Torch, "Randomness", "Models.Native", "Models.Files", "Models.Kernels"]),
        ("Answering", [Words, Prompts, Torch, "Models", "Models.Kernels"]),
        ("Gradients", [Prompts, Torch, "Models", "Models.Kernels"]),
        ("Datastore", [Words, Prompts, Torch, "Randomness", "Models", "Gradients"]),
        ("Selection", [Words, "Randomness"]),
        ("FineTuning", [Words, Prompts, Torch, "Randomness", "Models", "Models.Files", "Answering"]),
        ("Catalog", [Words, Prompts, "ReferenceTasks", "Forecasting", "Models", "Models.Files"]),
        ("Pretraining", [Words, Prompts, Torch, "Randomness", "ReferenceTasks", "Models", "Models.Files", "FineTuning"]),
        (Door, [Words, Prompts, Torch, "Randomness", "ReferenceTasks", "Forecasting", "Models", "Models.Native", "Models.Files",
            "Answering", "Gradients", "Datastore", "Selection", "FineTuning", "Catalog"]),
        // It takes a model's signals through the door, as a project will.
        ("Calibrating", [Words, Prompts, Torch, "Randomness", "ReferenceTasks", "Forecasting", "Models", "Models.Native", "Models.Files",
            "Answering", "Gradients", "Datastore", "Selection", "FineTuning", "Catalog", Door]),
    ];

    [GeneratedRegex(@"^using (?:static )?((?:DataEfficiency|Microsoft|TorchSharp)[\w.]*)", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [Fact]
    public void Table_EveryArrow_GoesToARoomBeforeIt()
    {
        for (var i = 0; i < Rooms.Length; i++)
            Assert.All(Rooms[i].MayUse.Except([Prompts, Torch]), used => Assert.Contains(used, Rooms.Take(i).Select(r => r.Room)));
    }

    [Fact]
    public void Engine_EveryRoom_UsesOnlyRoomsThatTheTableAllows()
    {
        var allowed = Rooms.ToDictionary(r => r.Room, r => r.MayUse.ToHashSet());
        SourceTree.None(from a in Arrows()
                        where !allowed.TryGetValue(a.From, out var may) || !may.Contains(a.To)
                        select $"{a.From} -> {a.To} ({a.Where})");
    }

    [Fact]
    public void Files_OfTheEngineAndPrompts_HaveTheirFoldersNamespace() => SourceTree.None(
        from file in SourceTree.Files("src", Engine).Concat(SourceTree.Files("src", Prompts))
        where Namespace().Match(file.Text) is { Success: true } own
            && own.Groups[1].Value != Path.GetDirectoryName(file.Path)!["src/".Length..].Replace('/', '.')
        select file.Path);

    [Fact]
    public void Prompts_HasNoTensorAndKnowsNobody() => SourceTree.None(
        References.Of(typeof(Prompts.PromptBuilder).Assembly).Values.SelectMany(t => t).Select(t => t.Assembly.GetName().Name!).Distinct()
            .Where(a => a != Prompts && !a.StartsWith("System", StringComparison.Ordinal)));

    [Fact]
    public void Engine_HasNoWebNoDatabaseAndNoLogger() => SourceTree.None(
        References.Of(typeof(Estimator).Assembly).Values.SelectMany(t => t).Select(t => t.Assembly.GetName().Name!).Distinct()
            .Where(a => a is not (Engine or Prompts or Torch))
            .Where(a => !a.StartsWith("System", StringComparison.Ordinal) || a.StartsWith("System.Net", StringComparison.Ordinal)));

    // From the compiled code, and from the `using` lines, which also show a constant that the compiler put in.
    private static IEnumerable<(string From, string To, string Where)> Arrows()
    {
        var compiled = from type in References.Of(typeof(Estimator).Assembly)
                       where type.Key.Namespace?.StartsWith(Engine, StringComparison.Ordinal) == true
                       from other in type.Value
                       let names = other.Namespace
                       let to = names?.StartsWith(Engine, StringComparison.Ordinal) == true ? Room(names, other.Name) : Foreign(names)
                       where to is not null
                       select (From: Room(type.Key.Namespace!, type.Key.Name), To: to, Where: type.Key.Name);
        var written = from file in SourceTree.Files("src", Engine)
                      let own = Namespace().Match(file.Text)
                      where own.Success && own.Groups[1].Value != Engine
                      from Match line in Using().Matches(file.Text)
                      let to = line.Groups[1].Value is var used && used.StartsWith(Engine + ".", StringComparison.Ordinal) ? Room(used, "")
                          : Foreign(used)
                      where to is not null
                      select (From: Room(own.Groups[1].Value, ""), To: to, Where: file.Path);
        return compiled.Concat(written).Where(a => a.From != a.To).DistinctBy(a => (a.From, a.To, a.Where));
    }

    // A room's inner folders are the room; readers of files and the native library stand below the models and know none.
    private static string Room(string names, string type) => names != Engine
        ? names[(Engine.Length + 1)..].Replace("Gradients.CpuPass", "Gradients").Replace("Models.Adapters", "Models")
            .Replace("FineTuning.Checks", "FineTuning")
        : DoorTypes.Contains(type) ? Door : Words;

    private static string? Foreign(string? names) => names is null ? null
        : names.StartsWith(Prompts, StringComparison.Ordinal) ? Prompts : names.StartsWith(Torch, StringComparison.Ordinal) ? Torch : null;
}
