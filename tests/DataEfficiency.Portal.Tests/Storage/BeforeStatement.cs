using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>Does something before each statement with a part in it; what it throws is the statement's own failure.</summary>
/// <param name="part">Null: none.</param>
public class BeforeStatement(string? part, Func<Task> act) : DbCommandInterceptor
{
    protected string? Part { get; set; } = part;

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData,
        InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await ActAsync(command);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData,
        InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await ActAsync(command);
        return result;
    }

    /// <summary>Asked for a statement that has the part, before anything is done.</summary>
    /// <returns>False: it goes on as it is.</returns>
    protected virtual bool Matches(string part) => true;

    private Task ActAsync(DbCommand command) =>
        Part is { } part && command.CommandText.Contains(part, StringComparison.Ordinal) && Matches(part) ? act() : Task.CompletedTask;
}
