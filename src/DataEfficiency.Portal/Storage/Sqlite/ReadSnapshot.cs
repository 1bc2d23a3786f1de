using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// A transaction in which everything is read as it is at one moment, and which keeps nobody from writing (WAL). Deferred: an immediate
/// one, which is what other transactions are here, would hold the write lock as long as somebody reads.
/// </summary>
public static class ReadSnapshot
{
    public static async Task<IDbContextTransaction> BeginAsync(AppDbContext db, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        var transaction = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
        return (await db.Database.UseTransactionAsync(transaction, cancellation))!;
    }
}
