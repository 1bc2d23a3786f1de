using Microsoft.Data.Sqlite;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>A consistent copy of a database in one file. It reads in a transaction of its own: nobody who writes waits for it.</summary>
public static class DatabaseCopy
{
    /// <param name="target">A file that is not there yet.</param>
    public static async Task WriteAsync(string connectionString, string target, CancellationToken cancellation)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO @target";
        command.Parameters.AddWithValue("@target", target);
        await Task.Run(command.ExecuteNonQuery, cancellation);
    }
}
