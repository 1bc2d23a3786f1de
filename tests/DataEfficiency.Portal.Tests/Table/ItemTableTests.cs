using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Table;

/// <summary>What the table's filters find and how its pages follow on each other, on one project that has something of everything.
/// </summary>
public sealed class ItemTableTests(ItemTableTests.Filled filled) : IClassFixture<ItemTableTests.Filled>
{
    /// <summary>Line 1 two answers that agree, 2 and 3 that do not (3 reviewed), 4 slow and of label 1, 5 imported, 6 skipped and
    /// flagged, 7 noted, 8 gold, 9 of the test set, 10 unusable, 11 deleted, 12 of an import that is not visible.</summary>
    public sealed class Filled : IAsyncLifetime
    {
        public TableWorld World { get; } = new();

        public async Task InitializeAsync()
        {
            await World.StartAsync(12, (i, item) =>
            {
                if (i == 0) item.ExternalId = "A-7";
                if (i < 3) item.Metadata = $"{{\"city\":\"Bath\",\"floor\":{i},\"it's\":true}}";
                if (i == 7) (item.Split, item.Gold) = (ItemSplit.Gold, "answer 1");
                if (i == 8) item.Split = ItemSplit.Test;
                if (i == 10) item.Deleted = true;
                if (i == 11) item.ImportId = 2;
            });
            foreach (var (item, ada, bob) in new[] { (0, 0, 0), (1, 0, 1), (2, 0, 2) })
            {
                await World.AnswerAsync(item, TableWorld.Ada, ada, day: item);
                await World.AnswerAsync(item, TableWorld.Bob, bob, seconds: 8, day: item);
            }
            await World.AnswerAsync(2, TableWorld.Lead, 2, role: AnswerRole.Review);
            await World.AnswerAsync(3, TableWorld.Ada, 1, seconds: 30, day: 9, stratum: Stratum.Active);
            await World.AnswerAsync(4, TableWorld.Lead, 0, seconds: 0, role: AnswerRole.Import, stratum: Stratum.Imported);
            await World.WriteAsync(async db =>
            {
                foreach (var person in new[] { TableWorld.Ada, TableWorld.Bob })
                    db.Add(new Skip { ProjectId = World.ProjectId, ItemId = World.Items[5], UserId = person, Reason = "unclear" });
                db.Add(new Remark { ProjectId = World.ProjectId, ItemId = World.Items[5], UserId = TableWorld.Ada, Flagged = true });
                db.Add(new Remark { ProjectId = World.ProjectId, ItemId = World.Items[6], UserId = TableWorld.Ada, Note = "which?" });
                var ranking = new Ranking { ProjectId = World.ProjectId, InputHash = "" };
                db.Add(ranking);
                await db.SaveChangesAsync();
                db.AddRange(World.Items.Take(10).Select((id, n) => new ItemScore { RankingId = ranking.Id, ItemId = id,
                    Confidence = n == 9 ? null : n % 3 / 4.0, Unusable = n == 9 ? "too long" : null }));
                (await db.Projects.SingleAsync()).RankingId = ranking.Id;
            });
        }

        public async Task DisposeAsync() => await World.DisposeAsync();
    }

    private TableWorld World => filled.World;

    [Theory]
    [InlineData("", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
    [InlineData("text=text+3", 4), InlineData("text=A-7", 1), InlineData("text=zebra")]
    [InlineData("id=A-7", 1), InlineData("id=3", 3), InlineData("id=12")]
    [InlineData("label=0", 1, 5), InlineData("label=1", 4), InlineData("label=2", 3)]
    [InlineData("annotator=bob", 1, 2, 3), InlineData("annotator=nobody")]
    [InlineData("status=open", 6, 7, 8, 9, 10), InlineData("status=labelled", 1, 2, 3, 4, 5), InlineData("status=undecided", 2)]
    [InlineData("status=skipped", 6), InlineData("status=unusable", 10), InlineData("status=deleted", 11)]
    [InlineData("stratum=random", 1, 2, 3), InlineData("stratum=active", 4), InlineData("stratum=imported", 5)]
    [InlineData("stratum=gold", 8), InlineData("stratum=test", 9)]
    [InlineData("disagreement=true", 2, 3), InlineData("disagreement=false", 1, 4, 5, 6, 7, 8, 9, 10)]
    [InlineData("flag=true", 6), InlineData("note=true", 7), InlineData("gold=true", 8), InlineData("suspect=true")]
    [InlineData("skips=2..", 6), InlineData("skips=..1", 1, 2, 3, 4, 5, 7, 8, 9, 10)]
    [InlineData("seconds=6..", 1, 2, 3, 4), InlineData("seconds=20..40", 4), InlineData("seconds=5", 1, 2, 3)]
    [InlineData("answered=2026-01-02..2026-01-03", 2, 3), InlineData("answered=2026-01-10", 4)]
    [InlineData("metadata.city=Bath", 1, 2, 3), InlineData("metadata.city=Bat"), InlineData("metadata.floor=2", 3)]
    [InlineData("metadata.it's=true", 1, 2, 3), InlineData("metadata.\"')--=x")]
    [InlineData("annotator=bob&disagreement=true&metadata.floor=1", 2)]
    public async Task Page_OfAFilter_HasWhatItSays_AndTheCountToo(string query, params int[] lines)
    {
        var (filter, problem) = ItemQuery.Read(QueryHelpers.ParseQuery(query).Select(q => KeyValuePair.Create(q.Key, $"{q.Value}")));
        Assert.Null(problem);
        if (filter.Label is { } label) filter = filter with { Label = World.Labels[label].Id };

        Assert.Equal(lines, await World.LinesAsync(filter));
        Assert.Equal(new ItemTotal(lines.Length, false), await World.Table.CountAsync(World.ProjectId, filter, CancellationToken.None));
    }

    [Fact]
    public async Task Pages_OfEverySort_FollowOnEachOther_EachItemOnce()
    {
        foreach (var sort in Enum.GetValues<ItemSort>())
            foreach (var down in new[] { false, true })
            {
                var filter = new ItemFilter { Sort = sort, Descending = down };
                var whole = await World.LinesAsync(filter);
                Assert.Equal(10, whole.Distinct().Count());
                Assert.Equal(whole, await World.LinesAsync(filter, rows: 3));
                Assert.Equal(whole, (await World.Table.IdsAsync(World.ProjectId, filter, CancellationToken.None))
                    .Select(id => World.Items.Index().First(i => i.Item == id).Index + 1));
            }
    }

    [Theory]
    [InlineData("file", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), InlineData("-file", 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)]
    [InlineData("random", 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), InlineData("confidence", 1, 4, 7, 2, 5, 8, 3, 6, 9, 10)]
    [InlineData("-confidence", 3, 6, 9, 2, 5, 8, 1, 4, 7, 10), InlineData("-answered", 5, 4, 3, 2, 1, 6, 7, 8, 9, 10)]
    [InlineData("-seconds", 4, 1, 2, 3, 5, 6, 7, 8, 9, 10), InlineData("-skips", 6, 1, 2, 3, 4, 5, 7, 8, 9, 10)]
    public async Task Page_OfASort_IsInItsOrder_WhatHasNothingToSortByLast(string sort, params int[] lines) =>
        Assert.Equal(lines, await World.LinesAsync(ItemQuery.Read([KeyValuePair.Create("sort", sort)]).Filter));

    [Fact]
    public async Task Row_SaysWhatBecameOfTheItem()
    {
        var rows = (await World.Table.PageAsync(World.ProjectId, new(), null, CancellationToken.None)).Rows;

        Assert.Equal((FinalBy.Unanimous, "answer 0", Stratum.Random), (rows[0].By!.Value, rows[0].Label, rows[0].Stratum!.Value));
        Assert.Equal((FinalBy.None, null), (rows[1].By!.Value, rows[1].Label));
        Assert.Equal((FinalBy.Review, "answer 2"), (rows[2].By!.Value, rows[2].Label));
        Assert.Equal((2, true, "answer 1"), (rows[5].Skips, rows[5].Flagged, rows[7].GoldText));
    }
}
