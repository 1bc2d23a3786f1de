using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>A data folder from before texts had named parts opens with everything in it.</summary>
public sealed class TextPartsUpgradeTests
{
    [Fact]
    public async Task Migrate_FromTheFirstMigration_KeepsItemsAndTheirGold()
    {
        var folder = Directory.CreateTempSubdirectory("upgrade-test-").FullName;
        try
        {
            var options = new DbContextOptionsBuilder<AppDbContext>()
                .UseSqlite($"Data Source={Path.Combine(folder, "app.db")};Pooling=False").Options;
            await using (var before = new AppDbContext(options))
            {
                await before.GetService<IMigrator>().MigrateAsync("20261124220126_InitialCreate");
                await before.Database.ExecuteSqlRawAsync("""
                    INSERT INTO "Items"
                        ("ProjectId","ImportId","Line","Text","TextHash","Metadata","Gold","RandomRank","ActiveRank","NoKeptToken")
                    VALUES (1,1,2,'an older text',x'00','{{"lang":"en"}}','refund',7,7,0)
                    """);
            }

            await using var db = new AppDbContext(options);
            await db.Database.MigrateAsync();

            var item = await db.Items.SingleAsync();
            Assert.Equal(("an older text", "{\"lang\":\"en\"}", "refund", 7), (item.Text, item.Metadata, item.Gold, item.RandomRank));
            Assert.Null(item.Parts);
            Assert.Equal(["refund"], GoldAnswers.Of(item.Gold, item.RightAnswers));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
