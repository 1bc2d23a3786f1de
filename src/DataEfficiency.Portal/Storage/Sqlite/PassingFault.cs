using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// Failures of the moment: another process holds the database, the disk is full or stutters. A job that fails by one is begun again where
/// it stood, three times with growing pauses, before it counts as failed.
/// </summary>
internal static class PassingFault
{
    public const int Tries = 3;

    // SQLITE_BUSY, LOCKED, IOERR, FULL, CANTOPEN
    private static readonly int[] Codes = [5, 6, 10, 13, 14];

    public static bool Is(Exception? e) => e switch
    {
        SqliteException sqlite => Codes.Contains(sqlite.SqliteErrorCode),
        DbUpdateException update => Is(update.InnerException),
        _ => e is IOException and not (FileNotFoundException or DirectoryNotFoundException),
    };

    /// <summary>1, 4 and 16 seconds.</summary>
    public static TimeSpan PauseAfter(int failures) => TimeSpan.FromSeconds(Math.Pow(4, failures - 1));
}
