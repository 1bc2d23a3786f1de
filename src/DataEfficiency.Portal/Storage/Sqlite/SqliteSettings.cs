using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// Settings that SQLite keeps per connection. FULL: a label that was acknowledged survives a power cut, at the price of one
/// fsync per transaction. (The journal mode, WAL, is kept in the file: each start sets it.)
/// </summary>
public sealed class SqliteSettings : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
