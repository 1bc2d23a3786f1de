using Microsoft.Data.Sqlite;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>Answers the first so many statements with this in them with "database is locked".</summary>
/// <param name="after">So many go well before.</param>
public sealed class FailingStatements(string part, int times, int after = 0)
    : BeforeStatement(part, () => throw new SqliteException("SQLite Error 5: 'database is locked'.", 5))
{
    private int _left = times, _before = after;

    public bool AllFailed => _left <= 0;

    protected override bool Matches(string part) => Interlocked.Decrement(ref _before) < 0 && Interlocked.Decrement(ref _left) >= 0;
}
