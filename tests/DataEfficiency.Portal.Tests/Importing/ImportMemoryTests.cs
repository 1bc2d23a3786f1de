using DataEfficiency.Engine.Tests;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>What an import of 60,000 rows takes: measured in a process of its own, in which nothing else runs.</summary>
public sealed class ImportMemoryTests
{
    private const string Alone = "DATAEFFICIENCY_TESTS_IMPORT_ALONE";

    [ResidentMemoryFact]
    public Task Import_60000Rows_StaysUnder128Megabytes() => TestProcess.PassAsync(
        $"FullyQualifiedName~{nameof(ImportMemoryTests)}.{nameof(Import_AloneInItsProcess_StaysUnder128Megabytes)}", (Alone, "1"),
        // how much garbage lies about before it is collected is the machine's (a share of its cache) unless it is said: 32 MB
        ("DOTNET_GCgen0size", "2000000"));

    // Does nothing but where the test above starts it.
    [ResidentMemoryFact]
    public async Task Import_AloneInItsProcess_StaysUnder128Megabytes()
    {
        if (Environment.GetEnvironmentVariable(Alone) is null) return;
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("text,label\nwarm up,refund\n", "a.csv", AnswerUse.HiddenGold);
        var file = Path.Combine(pool.Portal.DataFolder, "big.csv");
        await File.WriteAllLinesAsync(file, Rows());

        var taken = await ResidentMemory.MostDuringAsync(async () =>
        {
            var import = await pool.FinishedAsync(await pool.StartAsync(file, AnswerUse.HiddenGold), patience: 4);
            Assert.Equal((WorkState.Done, 60_000), (import.State, import.Added));
        });

        Assert.True(taken < 128L << 20, $"the import added {taken >> 20} MB");
    }

    // short texts, which the search indexes, and much beside them: whoever held the rows would hold 100 MB
    private static IEnumerable<string> Rows() => Enumerable.Range(0, 60_000)
        .Select(i => $"card {i} is lost,{(i % 2 == 0 ? "refund" : "card arrival")},{new string((char)('a' + i % 26), 700)}")
        .Prepend("text,label,notes");
}
