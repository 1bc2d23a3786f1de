using System.Collections;
using System.Reflection;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>The writer's connection stays open for days: what it keeps is bounded, and a kept statement does what a new one does.</summary>
public sealed class KeptStatementsTests(PortalFactory portal) : IClassFixture<PortalFactory>
{
    [Fact]
    public async Task Statements_RunManyTimes_LeaveNoCommandsBehind()
    {
        await using var db = await KeepingAsync();
        for (var i = 0; i < 3; i++) await RunAsync(db, i);
        var few = Commands(db);
        for (var i = 3; i < 200; i++) await RunAsync(db, i);
        Assert.Equal(few, Commands(db));
        Assert.InRange(few, 1, 20);
    }

    [Fact]
    public async Task Statement_RunAgainWithOtherValues_FindsWhatTheyAsk()
    {
        await using var db = await KeepingAsync();
        for (var i = 0; i < 5; i++)
        {
            db.Projects.Add(new Project { Name = $"kept {i}", LabelVersion = i });
            await db.SaveChangesAsync();
            var name = $"kept {i}";
            Assert.Equal(i, await db.Projects.Where(p => p.Name == name).Select(p => p.LabelVersion).SingleAsync());
            Assert.Equal(i + 1, await db.Projects.CountAsync(p => p.Name.StartsWith("kept")));
        }
        // a text whose reader is still open
        var inner = 0;
        foreach (var _ in db.Projects.Where(p => p.Name.StartsWith("kept")).Select(p => p.Id).AsEnumerable())
            inner += db.Projects.Where(p => p.Name.StartsWith("kept")).Select(p => p.Id).AsEnumerable().Count();
        Assert.Equal(25, inner);
    }

    private async Task<AppDbContext> KeepingAsync()
    {
        var folder = portal.Services.GetRequiredService<DataFolder>();
        var db = new AppDbContext(new DbContextOptionsBuilder<AppDbContext>().UseDatabase(folder.ConnectionString).Options);
        await db.Database.OpenConnectionAsync();
        KeptStatements.On(db);
        return db;
    }

    private static async Task RunAsync(AppDbContext db, int i)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Projects.Where(p => p.Id == i).ExecuteUpdateAsync(p => p.SetProperty(x => x.ItemCount, i));
        await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == i);
        await transaction.RollbackAsync();
    }

    /// <summary>What the driver remembers of a connection's commands; it has no other way to tell.</summary>
    private static int Commands(AppDbContext db) => ((ICollection)typeof(SqliteConnection)
        .GetField("_commands", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(db.Database.GetDbConnection())!).Count;
}
