using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DataEfficiency.Portal.Storage.Sqlite;

public static class SqliteDatabase
{
    private static readonly SqliteSettings Settings = new();
    private static readonly KeptStatements Statements = new();

    /// <summary>The database in an SQLite file, with the settings that it needs on every connection.</summary>
    public static DbContextOptionsBuilder<T> UseDatabase<T>(this DbContextOptionsBuilder<T> options, string connection) where T : DbContext
    {
        UseDatabase((DbContextOptionsBuilder)options, connection);
        return options;
    }

    public static DbContextOptionsBuilder UseDatabase(this DbContextOptionsBuilder options, string connection) => options
        .UseSqlite(connection).AddInterceptors(Settings, Statements)
        // a migration that rebuilds a table is not one transaction: the copy that an upgrade starts from makes up for that
        .ConfigureWarnings(w => w.Ignore(RelationalEventId.NonTransactionalMigrationOperationWarning));
}
