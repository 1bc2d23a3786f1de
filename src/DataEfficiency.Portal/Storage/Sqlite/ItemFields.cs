using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>The other columns of items' files.</summary>
internal static class ItemFields
{
    /// <summary>Ids of a project's items in whose column stands exactly this.</summary>
    public static IQueryable<long> Having(AppDbContext db, int projectId, string name, string value) => db.Database.SqlQuery<long>($"""
        SELECT m."Id" AS "Value" FROM "Items" m WHERE m."ProjectId"={projectId} AND m."Metadata" IS NOT NULL
        AND EXISTS(SELECT 1 FROM json_each(m."Metadata") f WHERE f.key={name}
            AND CASE f.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(f.value AS TEXT) END={value})
        """);

    /// <summary>Names of the columns, from the first items that have some.</summary>
    public static Task<List<string>> NamesAsync(AppDbContext db, int projectId, CancellationToken cancellation) => db.Database
        .SqlQuery<string>($"""
        SELECT DISTINCT f.key AS "Value" FROM (SELECT "Metadata" FROM "Items" WHERE "ProjectId"={projectId} AND "Metadata" IS NOT NULL
            LIMIT 200) m, json_each(m."Metadata") f ORDER BY 1 LIMIT 200
        """).ToListAsync(cancellation);
}
