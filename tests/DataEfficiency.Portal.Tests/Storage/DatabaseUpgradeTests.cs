using DataEfficiency.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>A data folder of every schema that landed opens with everything in it, also when its upgrade is cut off on the way.</summary>
public sealed class DatabaseUpgradeTests
{
    // what tables and columns are called today
    private static readonly Dictionary<string, string> Tables = new() { ["Labels"] = "Answers", ["LabelDefinitions"] = "Labels" };
    private static readonly Dictionary<(string Table, string Column), string> Columns = new()
    {
        [("Labels", "LabelDefinitionId")] = "LabelId", [("Slots", "LabelId")] = "AnswerId",
    };

    public static TheoryData<string> Landed => [.. LandedDatabase.Names];

    /// <summary>The first, the last and one between, of those from before the database itself kept rows from pointing nowhere.</summary>
    public static TheoryData<string> WithoutForeignKeys =>
        [.. LandedDatabase.Names.Where(n => int.Parse(n.Split('-')[0]) is 1 or 6 or 11)];

    [Theory]
    [MemberData(nameof(Landed))]
    public async Task Start_OlderDataFolder_OpensWithEveryRow(string name)
    {
        var data = LandedDatabase.Unpack(name);
        var before = LandedDatabase.Rows(data);

        await StartAsync(data);

        AssertSame(before, LandedDatabase.Rows(data));
        Assert.False(File.Exists(Path.Combine(data, "app.db.upgrading")));
        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("1-first")]
    [InlineData("7-answer-times")]
    public async Task Start_OlderAnswers_GetTheirRolePartsFinalAndSchema(string name)
    {
        var data = LandedDatabase.Unpack(name);
        await StartAsync(data);

        await using var db = new Contexts($"Data Source={Path.Combine(data, "app.db")}").CreateDbContext();
        Assert.Equal([1L], await db.Answers.Where(a => a.Role == AnswerRole.Import).Select(a => a.Id).ToListAsync());
        Assert.All(await db.Answers.ToListAsync(), a => Assert.Equal(1, a.SchemaVersion));
        Assert.Equal(await db.Answers.OrderBy(a => a.Id).Select(a => new { a.Id, a.ItemId, a.LabelId }).ToListAsync(),
            await db.AnswerParts.OrderBy(p => p.AnswerId).Select(p => new { Id = p.AnswerId, p.ItemId, p.LabelId }).ToListAsync());
        Assert.Equal(
        [
            (1L, 1L, FinalBy.Only, 1), (2L, 3L, FinalBy.Only, 1), (3L, 5L, FinalBy.Unanimous, 2), (4L, null, FinalBy.None, 2),
            (7L, (long?)9L, FinalBy.Only, 1),
        ], (await db.Finals.OrderBy(f => f.ItemId).ToListAsync()).Select(f => (f.ItemId, f.AnswerId, f.By, f.Heard)));
        Assert.Equal([(1, 1), (2, 1)], (await db.Schemas.OrderBy(s => s.ProjectId).ToListAsync()).Select(s => (s.ProjectId, s.Version)));
        Assert.Equal(await db.Labels.OrderBy(l => l.Id).Select(l => new { l.Id, l.Name, l.AnswerText, l.Retired, l.Group, l.Key })
            .ToListAsync(),
            await db.SchemaLabels.OrderBy(l => l.LabelId)
                .Select(l => new { Id = l.LabelId, l.Name, l.AnswerText, l.Retired, l.Group, l.Key }).ToListAsync());
        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [MemberData(nameof(WithoutForeignKeys))]
    public async Task Start_OlderDataFolder_EveryRowHasWhatItHangsOn(string name)
    {
        var data = LandedDatabase.Unpack(name);
        // an item of nobody's project, and an answer of somebody who is not there
        LandedDatabase.Run(data, "PRAGMA foreign_keys=OFF; UPDATE \"Items\" SET \"ProjectId\"=99 WHERE \"Id\"=6; "
            + "UPDATE \"Skips\" SET \"UserId\"='gone'");
        await StartAsync(data);

        var rows = LandedDatabase.Rows(data);
        Assert.DoesNotContain(rows["Items"], i => i["Id"] == "6");
        Assert.DoesNotContain(rows["Slots"], s => s["ItemId"] == "6");
        await using var db = new Contexts($"Data Source={Path.Combine(data, "app.db")}").CreateDbContext();
        Assert.Empty(await db.Database.SqlQueryRaw<string>("SELECT \"table\" AS \"Value\" FROM pragma_foreign_key_check").ToListAsync());
        Assert.Equal(["AspNetUsers", "Items", "Labels"], await db.Database
            .SqlQueryRaw<string>("SELECT \"table\" AS \"Value\" FROM pragma_foreign_key_list('Answers') ORDER BY 1").ToListAsync());
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Start_UpgradeWasCutOff_BeginsAgainFromTheCopy()
    {
        var data = LandedDatabase.Unpack("1-first");
        var before = LandedDatabase.Rows(data);
        // a killed process restores nothing; ending by a cancellation does not either
        await Assert.ThrowsAsync<OperationCanceledException>(() => UpgradeAsync(data, async (db, _) =>
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE \"Labels\"; DELETE FROM \"Items\"");
            throw new OperationCanceledException();
        }));
        Assert.Empty(LandedDatabase.Rows(data)["Items"]);
        var copy = Path.Combine(data, "app.db.before-upgrade");
        Assert.True(File.Exists(copy));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));

        await StartAsync(data);

        AssertSame(before, LandedDatabase.Rows(data));
        Assert.False(File.Exists(Path.Combine(data, "app.db.upgrading")));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Run_MigrationFails_IsTakenBackAndSaysSo()
    {
        var data = LandedDatabase.Unpack("3-keys");
        var before = LandedDatabase.Rows(data);

        var refused = await Assert.ThrowsAsync<DataFolderException>(() => UpgradeAsync(data, async (db, _) =>
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE \"Labels\"");
            throw new InvalidOperationException("no such column: x");
        }));

        Assert.Contains("no such column: x", refused.Message);
        Assert.Contains("was taken back", refused.Message);
        Assert.Equal(before.Keys.Order(), LandedDatabase.Rows(data).Keys.Order());
        await StartAsync(data);
        AssertSame(before, LandedDatabase.Rows(data));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Start_FirstStartWasCutOff_BeginsWithNothing()
    {
        var data = Directory.CreateTempSubdirectory("upgrade-test-").FullName;
        await Assert.ThrowsAsync<OperationCanceledException>(() => UpgradeAsync(data, async (db, _) =>
        {
            await db.Database.OpenConnectionAsync();
            await db.Database.ExecuteSqlRawAsync("CREATE TABLE \"Items\" (\"Id\" INTEGER PRIMARY KEY)");
            throw new OperationCanceledException();
        }));
        Assert.False(File.Exists(Path.Combine(data, "app.db")));

        await Create(data).RunAsync(CancellationToken.None);

        Assert.Contains("Finals", LandedDatabase.Rows(data).Keys);
        Assert.False(File.Exists(Path.Combine(data, "app.db.half-copied")));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Run_LockOfAKilledMigration_IsNotWaitedFor()
    {
        var data = LandedDatabase.Unpack("5-text-parts");
        LandedDatabase.Run(data, "CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (\"Id\" INTEGER PRIMARY KEY, "
            + "\"Timestamp\" TEXT NOT NULL); "
            + "INSERT OR REPLACE INTO \"__EFMigrationsLock\" VALUES (1,'2026-11-27')");
        using var limit = new CancellationTokenSource(Patience.Long);

        await Create(data).RunAsync(limit.Token);

        Assert.NotEmpty(LandedDatabase.Rows(data)["Answers"]);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Start_DatabaseOfToday_IsNotCopied()
    {
        var data = Directory.CreateTempSubdirectory("upgrade-test-").FullName;
        await Create(data).RunAsync(CancellationToken.None);
        await StartAsync(data);

        Assert.False(File.Exists(Path.Combine(data, "app.db.before-upgrade")));
        Directory.Delete(data, recursive: true);
    }

    // the whole portal, as it starts for people
    private static async Task StartAsync(string data)
    {
        await using var portal = new PortalFactory { DataFolder = data, KeepDataFolder = true };
        _ = portal.Services;
    }

    private static Task UpgradeAsync(string data, Func<AppDbContext, CancellationToken, Task> migrate) =>
        Create(data).RunAsync(migrate, CancellationToken.None);

    private static DatabaseUpgrade Create(string data)
    {
        var folder = new DataFolder(Options.Create(new StorageOptions { Folder = data }), new Nowhere());
        return new(new Contexts(folder.ConnectionString), folder, NullLogger<DatabaseUpgrade>.Instance);
    }

    private static void AssertSame(Dictionary<string, List<SortedDictionary<string, string>>> before,
        Dictionary<string, List<SortedDictionary<string, string>>> after)
    {
        var isRenamed = !before.ContainsKey("LabelDefinitions");
        if (before.ContainsKey("RankJobs")) after = WithWhatLeft(after);
        foreach (var (table, rows) in before)
        {
            var now = isRenamed ? table : Tables.GetValueOrDefault(table, table);
            var names = rows.SelectMany(r => r.Keys).Where(c => c != DrawRank && !(table == "Items" && c == "ActiveRank")).Distinct()
                .ToDictionary(c => c, c => isRenamed ? c : Columns.GetValueOrDefault((table, c), c));
            Assert.NotEmpty(rows.Count == 0 && IsEmptyThere(table) ? [new()] : rows);
            Assert.Equal(Lines(rows, names.ToDictionary(n => n.Key, n => n.Key)), Lines(after[now], names));
        }
        AssertDrawn(before["Items"], after);
    }

    // jobs and scores have tables of their own now: what imports, rankings and items were is spread over several
    private static Dictionary<string, List<SortedDictionary<string, string>>> WithWhatLeft(
        Dictionary<string, List<SortedDictionary<string, string>>> after)
    {
        var jobs = after["Jobs"].ToDictionary(j => j["Id"]);
        var rankings = after["Projects"].ToDictionary(p => p["Id"], p => after["Rankings"].SingleOrDefault(r => r["Id"] == p["RankingId"]));
        var scores = after["ItemScores"].ToDictionary(s => (s["RankingId"], s["ItemId"]));
        var imports = after["Imports"].ConvertAll(i => With(i, jobs[i["JobId"]],
            ("Mapping", jobs[i["JobId"]]["Payload"]), ("BytesRead", jobs[i["JobId"]]["Done"])));
        var ranked = after["Jobs"].Where(j => j["Kind"] == "1").Select(j => With(j, rankings[j["ProjectId"]]!,
            ("ItemsPerSecond", j["Speed"]))).ToList();
        var items = after["Items"].ConvertAll(i => With(i, scores.GetValueOrDefault((rankings[i["ProjectId"]]?["Id"] ?? "", i["Id"]))
            ?? new(NoScore, StringComparer.Ordinal)));
        return new(after) { ["Imports"] = imports, ["RankJobs"] = ranked, ["Items"] = items };
    }

    private static readonly Dictionary<string, string> NoScore = new()
    {
        ["Confidence"] = "null", ["Perplexity"] = "null", ["ModelAnswer"] = "null", ["NoKeptToken"] = "0", ["Unusable"] = "null",
    };

    private static SortedDictionary<string, string> With(SortedDictionary<string, string> row, SortedDictionary<string, string> other,
        params (string Column, string Value)[] more)
    {
        var all = new SortedDictionary<string, string>(row, StringComparer.Ordinal);
        foreach (var (column, value) in more) all[column] = value;
        foreach (var (column, value) in other) all.TryAdd(column, value);
        return all;
    }

    // a draw has tables of its own now
    private static void AssertDrawn(List<SortedDictionary<string, string>> items, Dictionary<string, List<SortedDictionary<string,
        string>>> after)
    {
        var drawn = items.Where(i => int.TryParse(i.GetValueOrDefault(DrawRank), out _)).OrderBy(i => int.Parse(i[DrawRank]));
        foreach (var project in drawn.GroupBy(i => i["ProjectId"]))
        {
            var draw = after["Projects"].Single(p => p["Id"] == project.Key)["DrawId"];
            Assert.Equal(project.Select(i => i["Id"]), after["DrawItems"].Where(d => d["DrawId"] == draw)
                .OrderBy(d => int.Parse(d["Place"])).Select(d => d["ItemId"]));
        }
    }

    private const string DrawRank = "DrawRank";

    // what nothing of the portal fills
    private static bool IsEmptyThere(string table) =>
        table is "AspNetRoleClaims" or "AspNetUserClaims" or "AspNetUserLogins" or "AspNetUserTokens";

    private static IEnumerable<string> Lines(List<SortedDictionary<string, string>> rows, Dictionary<string, string> names) =>
        rows.Select(r => string.Join(" | ", names.Select(n => $"{n.Key}={r[n.Value]}"))).Order(StringComparer.Ordinal);

    private sealed class Contexts(string connection) : IDbContextFactory<AppDbContext>
    {
        public AppDbContext CreateDbContext() => new(new DbContextOptionsBuilder<AppDbContext>()
            .UseSqlite(new SqliteConnectionStringBuilder(connection) { Pooling = false }.ToString()).Options);
    }

    private sealed class Nowhere : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";
        public string ApplicationName { get; set; } = "";
        public string ContentRootPath { get; set; } = Path.GetTempPath();
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
