using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>Failures of the moment: another process holds the database, the disk is full or stutters, memory is wanting. A job that fails
/// by one is tried again.</summary>
internal static class PassingFault
{
    // SQLITE_BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN
    private static readonly int[] Codes = [5, 6, 7, 10, 13, 14];

    public static bool Is(Exception? e) => e switch
    {
        SqliteException sqlite => Codes.Contains(sqlite.SqliteErrorCode),
        DbUpdateException update => Is(update.InnerException),
        OutOfMemoryException => true,
        _ => e is IOException and not (FileNotFoundException or DirectoryNotFoundException),
    };
}
