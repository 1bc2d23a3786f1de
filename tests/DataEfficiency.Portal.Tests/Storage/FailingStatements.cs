using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>Answers the first so many statements with this in them with "database is locked".</summary>
/// <param name="after">So many go well before.</param>
public sealed class FailingStatements(string part, int times, int after = 0) : DbCommandInterceptor
{
    private int _left = times, _before = after;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData,
        InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) => new(Fail(command, result));

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData,
        InterceptionResult<int> result, CancellationToken cancellationToken = default) => new(Fail(command, result));

    public bool AllFailed => _left <= 0;

    private InterceptionResult<T> Fail<T>(DbCommand command, InterceptionResult<T> result) =>
        command.CommandText.Contains(part, StringComparison.Ordinal) && Interlocked.Decrement(ref _before) < 0
            && Interlocked.Decrement(ref _left) >= 0 ? throw new SqliteException("SQLite Error 5: 'database is locked'.", 5) : result;
}
