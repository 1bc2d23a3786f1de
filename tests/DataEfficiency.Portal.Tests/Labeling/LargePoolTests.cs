using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tests.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class LargePoolTests : IDisposable
{
    private const int Items = 100_000;
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Claims_HundredThousandItems_WalkAnIndexAndNeverSortThePool()
    {
        await _world.AddPoolAsync(1, drawn: 1);
        var ada = await _world.AddAnnotatorAsync("ada");
        await using (var db = await _world.OpenDbAsync())
        {
            await db.Database.ExecuteSqlRawAsync($"""
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<{Items})
                INSERT INTO "Items"("ProjectId","ImportId","Line","Text","TextHash","RandomRank","Split","Deleted")
                SELECT @p,1,i+1,'text '||i,X'00',(i*7919)%{Items}+1,0,0 FROM n
                """, new SqliteParameter("@p", _world.ProjectId));
            await db.Database.ExecuteSqlRawAsync("""
                INSERT INTO "Slots"("ProjectId","ItemId","ImportId","SlotNo","RandomRank","ActiveRank","LeaseUntil")
                SELECT "ProjectId","Id","ImportId",0,"RandomRank","Line"-1,0 FROM "Items" WHERE "Line">1
                """);
            foreach (var sql in new[] { ClaimSql.ActiveFirst, ClaimSql.RandomFirst })
            {
                var plan = await QueryPlan.OfAsync(db, sql);
                foreach (var index in new[] { "ActiveRank", "RandomRank" })
                    Assert.Contains(plan, row => row.Contains($"IX_Slots_ProjectId_{index}", StringComparison.Ordinal));
                Assert.DoesNotContain(plan, row => row.StartsWith("SCAN s", StringComparison.OrdinalIgnoreCase));
            }
        }

        var claims = _world.Services.GetRequiredService<ClaimService>();
        var labels = _world.Services.GetRequiredService<LabelService>();
        for (var i = 0; i < 20; i++)
        {
            var request = new ClaimRequest(_world.ProjectId, ada.UserId, "t", [], [], 1);
            var card = Assert.Single(await claims.NextAsync(request, CancellationToken.None));
            await labels.SubmitAsync(_world.ProjectId, ada.UserId, ada.Answer(card.ItemId), CancellationToken.None);
        }
    }
}
