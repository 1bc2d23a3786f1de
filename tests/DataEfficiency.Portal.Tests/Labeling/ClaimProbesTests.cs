using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tests.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class ClaimProbesTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    /// <summary>The lower rank of two probes: a lease that ran out comes before what is free behind it, and after what is free before
    /// it.</summary>
    [Theory]
    [InlineData(3, 5, 3), InlineData(5, 3, 3), InlineData(0, 1, 0)]
    public async Task Claim_ExpiredAndFreeSlots_TakesTheLowerRank(int expired, int free, int taken)
    {
        await _world.AddPoolAsync(8);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        await _world.SetProjectAsync(p => p.RandomShare = 0);
        await LeaseAsync(ben.UserId, rank => rank != free && rank != expired, long.MaxValue / 2);
        await LeaseAsync(ben.UserId, rank => rank == expired, 1);
        var card = Assert.Single((await ada.NextAsync()).Cards);
        Assert.Equal(taken + 1, card.Line);
        Assert.Equal((expired == taken ? free : expired) + 1, Assert.Single((await ada.NextAsync(1, null, card.ItemId)).Cards).Line);
        Assert.DoesNotContain((await ada.NextAsync(1, null, card.ItemId, card.ItemId + 1)).Cards, c => c.Line == taken + 1);
    }

    [Fact]
    public async Task Claim_NothingLeft_GivesNoCard()
    {
        await _world.AddPoolAsync(3, drawn: 1);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        await LeaseAsync(ben.UserId, _ => true, long.MaxValue / 2);
        Assert.Empty((await ada.NextAsync()).Cards);
    }

    [Fact]
    public async Task Plan_OfBothProbes_NamesTheirIndexesAndNeverThePool()
    {
        await _world.AddPoolAsync(40, drawn: 4);
        await using var db = await _world.OpenDbAsync();
        foreach (var (sql, rank) in new[] { (ClaimSql.ActiveFirst, "ActiveRank"), (ClaimSql.RandomFirst, "RandomRank") })
        {
            var plan = await QueryPlan.OfAsync(db, sql);
            Assert.Contains(plan,
                row => row.Contains($"SEARCH s USING INDEX IX_Slots_ProjectId_{rank}_ItemId_SlotNo", StringComparison.Ordinal));
            Assert.Contains(plan, row => row.Contains("SEARCH s USING INDEX IX_Slots_ProjectId_LeaseUntil (ProjectId=? AND LeaseUntil<?)",
                StringComparison.Ordinal));
            // what was picked is found by its id, and no slot is walked over
            Assert.Contains(plan, row => row.Contains("SEARCH Slots USING INTEGER PRIMARY KEY", StringComparison.Ordinal));
            Assert.DoesNotContain(plan, row => row.StartsWith("SCAN s", StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>5,000 cards on other people's screens at the head of the queue: SQLite's own count of the rows that it looked at.</summary>
    [Fact]
    public async Task Claim_FiveThousandLiveLeasesAtTheHead_PassesThemOver()
    {
        await _world.AddPoolAsync(1, drawn: 0);
        var ada = await _world.AddAnnotatorAsync("ada");
        await _world.SetProjectAsync(p => p.RandomShare = 0);
        await AddLeasedAsync(5000);
        var few = await StepsAsync(ada);
        await AddLeasedAsync(5000);
        Assert.InRange(await StepsAsync(ada), 1, few + 50);
    }

    /// <summary>A lone annotator of a pool that several are to answer: its further places are all at the head of the random queue.
    /// </summary>
    [Fact]
    public async Task Claim_FiveThousandOwnFurtherPlacesAtTheHead_AreWalkedOverFromTheHeadOnly()
    {
        await _world.AddPoolAsync(60);
        var ada = await _world.AddAnnotatorAsync("ada");
        var few = await StepsAsync(ada, ClaimSql.RandomOnly);
        await AddLeasedAsync(5000, ada.UserId, further: true);
        Assert.True(await StepsAsync(ada, ClaimSql.RandomOnly) > few + 10 * 5000);
        Assert.InRange(await StepsAsync(ada, ClaimSql.RandomOnly, random: 0), 1, few + 50);
    }

    /// <summary>What is freed before the place where a person stands is given when its claims look at the head again.</summary>
    [Fact]
    public async Task Claims_OfTheRandomQueue_GoOnWhereTheLastOneWas_AndLookAtTheHeadOnceInTwenty()
    {
        await _world.AddPoolAsync(60, ranked: false);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var first = Assert.Single((await ben.NextAsync()).Cards).ItemId;
        List<long> given = [];
        for (var i = 0; i < 21; i++)
        {
            if (i == 1)
                await _world.Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) => db.Slots
                    .Where(s => s.ItemId == first).ExecuteUpdateAsync(s => s.SetProperty(x => x.UserId, (string?)null), token),
                    CancellationToken.None);
            given.Add(Assert.Single((await ada.NextAsync()).Cards).ItemId);
            await ada.SubmitAsync(ada.Answer(given[^1]));
        }
        Assert.Equal(QueuePositions.FreshStart - 1, given.IndexOf(first));
    }

    private async Task<long> StepsAsync(Annotator person, string? sql = null, int random = int.MinValue)
    {
        await using var db = await _world.OpenDbAsync();
        await db.Database.OpenConnectionAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        await using var command = connection.CreateCommand();
        command.CommandText = sql ?? ClaimSql.ActiveFirst;
        command.Transaction = (SqliteTransaction)transaction.GetDbTransaction();
        foreach (var parameter in Parameters(_world.ProjectId, person.UserId, random)) command.Parameters.Add(parameter);
        var steps = 0L;
        SQLitePCL.raw.sqlite3_progress_handler(connection.Handle, 1, _ => { steps++; return 0; }, null);
        await using (var reader = await command.ExecuteReaderAsync()) Assert.True(await reader.ReadAsync());
        SQLitePCL.raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
        return steps;
    }

    /// <summary>Slots of somebody that come before the pool's.</summary>
    /// <param name="further">Each item has a free one too.</param>
    private Task AddLeasedAsync(int count, string user = "somebody", bool further = false) =>
        _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        await db.Database.ExecuteSqlRawAsync("""
            INSERT INTO "Items"("Id","ProjectId","ImportId","Line","Text","TextHash","RandomRank",
                "Split","Deleted")
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<@count)
            SELECT (SELECT COUNT(*) FROM "Slots")+i+1000000,@p,1,i,'leased',X'00',-i,0,0 FROM n;
            INSERT INTO "Slots"("ProjectId","ItemId","ImportId","SlotNo","RandomRank","ActiveRank","UserId","LeaseUntil")
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<@count)
            SELECT @p,(SELECT COUNT(*) FROM "Slots")+i+1000000,1,0,-i,-i,@user,9000000000000 FROM n
            """, [new SqliteParameter("@p", _world.ProjectId), new SqliteParameter("@count", count),
            new SqliteParameter("@user", user)], token);
        if (further)
            await db.Database.ExecuteSqlRawAsync("""
                INSERT INTO "Slots"("ProjectId","ItemId","ImportId","SlotNo","RandomRank","ActiveRank","LeaseUntil")
                SELECT "ProjectId","ItemId","ImportId",1,"RandomRank","ActiveRank",0 FROM "Slots" WHERE "RandomRank"<0
                """, token);
    }, CancellationToken.None);

    private Task LeaseAsync(string userId, Func<int, bool> which, long until) =>
        _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            foreach (var slot in await db.Slots.Where(s => s.ProjectId == _world.ProjectId).ToListAsync(token))
                if (which(slot.ActiveRank)) (slot.UserId, slot.LeaseUntil, slot.Token) = (userId, until, "theirs");
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);

    private static SqliteParameter[] Parameters(int project, string user, int random = int.MinValue) =>
    [
        new("@p", project), new("@u", user), new("@t", "t"), new("@now", 1_000_000L), new("@until", 2_000_000L), new("@visible", 1),
        new("@draw", 1), new() { ParameterName = "@from", Value = int.MinValue }, new("@random", random),
    ];
}
