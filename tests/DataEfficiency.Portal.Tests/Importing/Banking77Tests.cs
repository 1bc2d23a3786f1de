using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class Banking77Tests
{
    [FixtureFact("data/banking77/train.csv")]
    public async Task Import_Banking77_AllRowsAre77IntentsOrReportedDuplicates()
    {
        var file = await File.ReadAllTextAsync(FixtureFactAttribute.PathOf("data/banking77/train.csv"));
        var values = AnswerValues.Of(() => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(file)),
            new ColumnMapping(new SourceFormat(FileKind.Delimited), "text", null, "category"), CancellationToken.None);
        await using var pool = await PoolFixture.StartAsync([.. values.Values.Select(v => v.Value)]);

        var import = await pool.ImportAsync(file, "train.csv", AnswerUse.HiddenGold);

        Assert.Equal((77, 10_003), (values.Values.Count, values.Rows));
        Assert.Equal((WorkState.Done, 10_003, 0), (import.State, import.Rows, import.Bad));
        Assert.Equal(10_003, import.Added + import.Duplicates);
        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(77, await db.Items.Select(i => i.Gold).Distinct().CountAsync());
        Assert.Equal(import.Added, await db.Slots.CountAsync());
    }
}
