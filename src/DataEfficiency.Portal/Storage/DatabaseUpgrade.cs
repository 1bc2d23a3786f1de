using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage;

/// <summary>
/// Brings the database of the data folder to this program's schema when the portal starts, or says in one line why it cannot. Whatever
/// happens on the way, the data is whole: as it was before, or as it is after.
/// </summary>
internal sealed class DatabaseUpgrade(IDbContextFactory<AppDbContext> contexts, DataFolder folder, ILogger<DatabaseUpgrade> log)
{
    private readonly string _file = folder.DatabaseFile;
    // no pooling: a copy can only be put back where nothing is open
    private readonly string _connection = new SqliteConnectionStringBuilder(folder.ConnectionString) { Pooling = false }.ToString();

    public Task RunAsync(CancellationToken cancellation) => RunAsync((db, token) => db.Database.MigrateAsync(token), cancellation);

    /// <param name="migrate">The migration itself; tests give one that breaks off.</param>
    /// <exception cref="DataFolderException">The database is damaged, newer than this program, or its upgrade failed.</exception>
    internal async Task RunAsync(Func<AppDbContext, CancellationToken, Task> migrate, CancellationToken cancellation)
    {
        var copy = new UpgradeCopy(_file);
        if (copy.IsUnfinished)
        {
            log.LogWarning("The last upgrade of {Database} was cut off; it begins again from {Copy}", _file, copy.Copy);
            copy.Restore();
        }
        if (new FileInfo(_file) is { Exists: true, Length: 0 } && folder.OtherData() is { } other)
            throw new DataFolderException($"The database {_file} is empty, but {other} beside it is of an installation: put app.db of your "
                + "newest backup in its place, or set Data:Folder to an empty folder to begin anew.");
        var applied = await DatabaseFile.ReadAsync(_file, _connection, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var known = db.Database.GetMigrations().ToList();
        if (applied.FirstOrDefault(m => m != OlderShapes.FirstId && !known.Contains(m)) is { } unknown)
            throw new DataFolderException($"The database {_file} was written by a newer DataEfficiency (its schema has {unknown}): "
                + "start that version or a later one with this data folder.");
        if (applied.Count == 0) await copy.MakeNewAsync(file => MigrateNewAsync(file, migrate, cancellation));
        await DatabaseFile.PrepareAsync(_connection, cancellation);
        if (applied.Count > 0 && (applied.Count < known.Count || OlderShapes.MayBe(applied)))
            await UpgradeAsync(db, copy, applied, migrate, cancellation);
        copy.Finish();
    }

    private async Task MigrateNewAsync(string file, Func<AppDbContext, CancellationToken, Task> migrate, CancellationToken cancellation)
    {
        var connection = new SqliteConnectionStringBuilder(_connection) { DataSource = file }.ToString();
        await using var db = new AppDbContext(new DbContextOptionsBuilder<AppDbContext>().UseDatabase(connection).Options);
        await migrate(db, cancellation);
    }

    private async Task UpgradeAsync(AppDbContext db, UpgradeCopy copy, IReadOnlyList<string> applied,
        Func<AppDbContext, CancellationToken, Task> migrate, CancellationToken cancellation)
    {
        try
        {
            await copy.MakeAsync(_connection, cancellation);
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            throw new DataFolderException($"The database {_file} cannot be copied before its upgrade: {e.Message} Make room for a second "
                + "copy of it beside it and start again.", e);
        }
        log.LogInformation("Upgrading {Database}; as it was it lies in {Copy}", _file, copy.Copy);
        try
        {
            if (OlderShapes.MayBe(applied)) await OlderShapes.MendAsync(_connection, cancellation);
            await migrate(db, cancellation);
            // decided by the same code that decides them from now on
            if (!applied.Any(m => m.EndsWith("_FinalsAndSchemas", StringComparison.Ordinal)))
                await FinalAnswers.SettleAllAsync(db, cancellation);
            if (!applied.Any(m => m.EndsWith("_TestSets", StringComparison.Ordinal))) await TestSet.DrawAllAsync(db, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await db.Database.CloseConnectionAsync();
            SqliteConnection.ClearAllPools();
            copy.Restore();
            copy.Finish();
            throw new DataFolderException($"The upgrade of {_file} failed ({e.Message.ReplaceLineEndings(" ")}) and was taken back: the "
                + "older program can go on with it. Keep the folder and report this.", e);
        }
    }
}
