using Microsoft.Data.Sqlite;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// The first migration was changed three times after it had landed, once with a new id. What a database of those days lacks is seen by
/// its columns and added, so that it stands where the first migration leaves one today.
/// </summary>
internal static class OlderShapes
{
    /// <summary>The id that the first migration had before it was given a later one.</summary>
    public const string FirstId = "20261124214617_InitialCreate";

    private const string TodaysId = "20261124220126_InitialCreate";

    private static readonly (string Table, string Column, string Definition)[] Added =
    [
        ("RankJobs", "InputHash", "TEXT NOT NULL DEFAULT ''"),
        ("RankJobs", "LastItemId", "INTEGER NOT NULL DEFAULT 0"),
        ("AspNetUsers", "Keys", "TEXT NULL"),
        ("Labels", "SuggestionShown", "INTEGER NOT NULL DEFAULT 0"),
        ("Projects", "AnswerLength", "INTEGER NULL"),
        ("Projects", "AnswerPattern", "TEXT NULL"),
        ("Projects", "Completions", "TEXT NOT NULL DEFAULT ''"),
        ("Projects", "SuggestionsShown", "INTEGER NOT NULL DEFAULT 0"),
    ];

    /// <summary>Only before the first migration that renames these tables: whoever has had that one has had this.</summary>
    public static bool MayBe(IReadOnlyList<string> applied) =>
        applied.Count > 0 && !applied.Any(m => m.EndsWith("_AnswersAndLabels", StringComparison.Ordinal));

    public static async Task MendAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var transaction = connection.BeginTransaction();
        foreach (var (table, column, definition) in Added)
        {
            var columns = await DatabaseFile.ListAsync(connection, $"SELECT \"name\" FROM pragma_table_info('{table}')", cancellation);
            if (!columns.Contains(column)) await RunAsync($"ALTER TABLE \"{table}\" ADD COLUMN \"{column}\" {definition}");
        }
        await RunAsync($"UPDATE \"__EFMigrationsHistory\" SET \"MigrationId\"='{TodaysId}' WHERE \"MigrationId\"='{FirstId}'");
        await transaction.CommitAsync(cancellation);

        async Task RunAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
