using Microsoft.Data.Sqlite;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>What can be asked of a database file before anything of it is trusted.</summary>
internal static class DatabaseFile
{
    private const string History = "__EFMigrationsHistory", Lock = "__EFMigrationsLock";

    // Table by table: without one, the check would also compare the search index with every text, which takes most of a start. That
    // index is made from the texts, and its own tables are among these.
    private const string Check = """
        SELECT c."quick_check" FROM sqlite_master t, pragma_quick_check(t."name") c
        WHERE t."type"='table' AND t."sql" NOT LIKE 'CREATE VIRTUAL%' AND c."quick_check"<>'ok'
        """;

    /// <summary>Looks whether the file is whole and ours.</summary>
    /// <returns>The migrations that it has had, in their order; none: it is new or empty.</returns>
    /// <exception cref="DataFolderException">It is damaged, or no database of the portal.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(string file, string connectionString, CancellationToken cancellation)
    {
        if (!Directory.Exists(file) && (!File.Exists(file) || new FileInfo(file).Length == 0)) return [];
        try
        {
            await using var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync(cancellation);
            if (await ListAsync(connection, Check, cancellation) is { Count: > 0 } found)
                throw Damaged(file, string.Join("; ", found.Take(3)), null);
            var tables = await ListAsync(connection,
                "SELECT \"name\" FROM sqlite_master WHERE \"type\"='table' AND \"name\" NOT LIKE 'sqlite_%'", cancellation);
            if (tables.Contains(History))
                return await ListAsync(connection, $"SELECT \"MigrationId\" FROM \"{History}\" ORDER BY \"MigrationId\"", cancellation);
            if (tables.Any(t => t != Lock))
                throw new DataFolderException($"{file} is a database, but not one of DataEfficiency: set Data:Folder to another folder.");
            return [];
        }
        catch (SqliteException e)
        {
            throw Damaged(file, e.Message, e);
        }
    }

    /// <summary>
    /// Writes go to a journal beside the file (WAL: readers and the writer do not wait for each other), also in a file that came from a
    /// backup. The lock of a migration that was killed is taken away: it would be waited for without end. Whoever calls holds the folder.
    /// </summary>
    public static async Task PrepareAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA journal_mode=WAL; DROP TABLE IF EXISTS \"{Lock}\"";
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<IReadOnlyList<string>> ListAsync(SqliteConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(cancellation)) rows.Add(reader.GetString(0));
        return rows;
    }

    private static DataFolderException Damaged(string file, string found, Exception? inner) => new(
        $"The database {file} is damaged or cannot be read ({found.ReplaceLineEndings(" ")}): move it away together with "
        + $"{Path.GetFileName(file)}-wal and {Path.GetFileName(file)}-shm, and put app.db of your newest backup in its place.", inner);
}
