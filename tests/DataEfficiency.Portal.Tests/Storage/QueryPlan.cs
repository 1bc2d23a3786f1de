using System.Text.RegularExpressions;
using DataEfficiency.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>How SQLite would run a statement. It keeps no statistics of the portal's tables: the plan is the same for whatever rows and
/// values.</summary>
internal static partial class QueryPlan
{
    /// <returns>Its steps, in their order.</returns>
    public static async Task<IReadOnlyList<string>> OfAsync(AppDbContext db, string sql)
    {
        var explained = "EXPLAIN QUERY PLAN " + sql;
        object[] values = [.. Parameters().Matches(sql).Select(m => m.Value).Distinct().Select(name => new SqliteParameter(name, 1))];
        return [.. (await db.Database.SqlQueryRaw<Row>(explained, values).ToListAsync()).Select(r => r.Detail)];
    }

    [GeneratedRegex(@"@\w+")]
    private static partial Regex Parameters();

    private sealed record Row(int Id, int Parent, int Notused, string Detail);
}
