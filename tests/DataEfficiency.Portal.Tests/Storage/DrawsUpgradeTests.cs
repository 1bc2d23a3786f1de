using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

/// <summary>A data folder from before draws were stored opens with its first 32, and takes the answers to what it had served.</summary>
public sealed class DrawsUpgradeTests
{
    [Fact]
    public async Task Migrate_FromBeforeDrawsWereStored_KeepsTheDrawAndWhatWasServed()
    {
        var folder = Directory.CreateTempSubdirectory("upgrade-test-").FullName;
        try
        {
            var options = new DbContextOptionsBuilder<AppDbContext>()
                .UseSqlite($"Data Source={Path.Combine(folder, "app.db")};Pooling=False").Options;
            await using (var before = new AppDbContext(options))
            {
                await before.GetService<IMigrator>().MigrateAsync("20261127222205_AnswerTimes");
                await before.Database.ExecuteSqlRawAsync(Rows);
            }

            await using var db = new AppDbContext(options);
            await db.Database.MigrateAsync();

            var draw = await db.Draws.SingleAsync();
            Assert.Equal((7, "beef", "Which intent?", 99L, 5L), (draw.ProjectId, draw.ModelSha256, draw.Instruction, draw.Seed,
                draw.CreatedAt));
            Assert.Equal(draw.Id, (await db.Projects.SingleAsync()).DrawId);
            var places = await db.DrawItems.OrderBy(d => d.Place).ToListAsync();
            // drawn 3, 2, 1; the second gives no gradient, the third was skipped by the only annotator
            Assert.Equal([(0, 3L, null), (1, 2L, PassedOver.Unusable), (2, 1L, (PassedOver?)PassedOver.GivenUp)],
                places.Select(d => (d.Place, d.ItemId, d.Reason)));
            Assert.Equal([3L], await new First32().ItemsAsync(db, 7));
            Assert.Equal([(1L, "ada"), (3L, "ada"), (4L, "ada")],
                (await db.Claims.OrderBy(c => c.ItemId).ToListAsync()).Select(c => (c.ItemId, c.UserId)));
            Assert.Equal(77, (await db.Answers.SingleAsync()).AnsweredAt);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // four items; of the last import only that is not visible; item 3 answered, 4 on the screen, 1 skipped
    private const string Rows = """
        INSERT INTO "Projects" ("Id","Name","Instruction","Guideline","TaskType","ListAnswers","Completions","State","IsSample","Model",
            "Seed","TargetKind","TargetValue","Ceiling","MaximumBudget","PricePerLabel","Currency","RandomShare",
            "ForecastVisibleToAnnotators",
            "SuggestionsShown","LabelVersion","EstimatedVersion","RankVersion","VisibleImport","ItemCount","CreatedBy","CreatedAt")
        VALUES (7,'p','Which intent?','',0,1,'',1,0,'m',99,0,.9,1,100,0,'EUR',.2,1,0,1,0,1,1,4,'ada',1);
        INSERT INTO "RankJobs" ("Id","ProjectId","State","Model","ModelSha256","InputHash","LastItemId","Done","Total","ItemsPerSecond",
            "CancelRequested","CreatedAt","FinishedAt")
        VALUES (1,7,2,'m','beef','',4,4,4,1,0,1,5),(2,7,3,'m','dead','',4,4,4,1,0,1,6);
        INSERT INTO "Memberships" ("ProjectId","UserId","Role","Sequence","CreatedAt") VALUES (7,'ada',1,3,1);
        INSERT INTO "Items" ("Id","ProjectId","ImportId","Line","Text","TextHash","RandomRank","ActiveRank","DrawRank","NoKeptToken",
            "Unusable")
        VALUES (1,7,1,1,'one',x'01',1,1,2,0,NULL),(2,7,1,2,'two',x'02',2,2,1,0,'norm 0'),(3,7,1,3,'three',x'03',3,3,0,0,NULL),
            (4,7,1,4,'four',x'04',4,4,NULL,0,NULL),(5,7,2,5,'five',x'05',5,5,3,0,NULL);
        INSERT INTO "Slots" ("ProjectId","ItemId","ImportId","SlotNo","RandomRank","ActiveRank","UserId","LeaseUntil","Queue","AnswerId")
        VALUES (7,3,1,0,3,3,'ada',0,0,1),(7,4,1,0,4,4,'ada',900,1,NULL),(7,2,1,0,2,2,NULL,0,NULL,NULL);
        INSERT INTO "Answers" ("Id","SubmissionId","ProjectId","ItemId","UserId","AnswerJson","AnswerText","Stratum","SuggestionShown",
            "Revision","Current","Surplus","StartedAt","CreatedAt","AnsweredAt","ActiveMilliseconds","LabelVersion")
        VALUES (1,'5b9c1b3a-0000-0000-0000-000000000001',7,3,'ada','{{"label":1}}','yes',0,0,1,1,0,70,77,77,9,1);
        INSERT INTO "Skips" ("ProjectId","ItemId","UserId","Reason","CreatedAt") VALUES (7,1,'ada','unclear',8);
        """;
}
