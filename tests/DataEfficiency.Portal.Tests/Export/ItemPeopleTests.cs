using System.Text;
using System.Text.Json;
using ClosedXML.Excel;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tests.Importing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Export;

/// <summary>Notes, skip reasons, times and people of answers reach who leads: on the page, in the workbook, in the lines of JSON.</summary>
public sealed class ItemPeopleTests
{
    private const long Then = 1_770_000_000_000;

    [Fact]
    public async Task NotesSkipsAndTimes_StandInWorkbookLinesAndOnTheItem()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("id,text,label\nx1,where is my card,refund\nx2,nobody labelled this,\n", "a.csv", AnswerUse.Labels);
        var mia = await pool.Portal.AddPersonAsync("mia@example.org");
        await pool.Portal.AddMemberAsync(pool.ProjectId, mia.Id, ProjectRole.Annotator);
        var ids = await SpeakAsync(pool, mia.Id);

        var workbook = await pool.Lead.GetByteArrayAsync($"/api/v1/projects/{pool.ProjectId}/export.xlsx");
        using var book = new XLWorkbook(new MemoryStream(workbook));
        var rows = book.Worksheet("Notes and skips").RowsUsed().Skip(1)
            .Select(r => string.Join('|', r.Cells(1, 6).Select(c => c.GetString()))).ToList();
        Assert.Equal(["2|x1|where is my card|flag, note|=two answers fit|mia@example.org",
            "3|x2|nobody labelled this|skip|unclear|mia@example.org"], rows);
        var label = book.Worksheet("Labels").Row(3);
        Assert.Equal(("mia@example.org", 4.2), (label.Cell(6).GetString(), label.Cell(8).GetDouble()));

        var lines = (await pool.Lead.GetStringAsync($"/api/v1/projects/{pool.ProjectId}/export.jsonl"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var item = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        var answer = item.GetProperty("answers")[1];
        Assert.Equal(("mia@example.org", 4.2, "refund"),
            (answer.GetProperty("by").GetString(), answer.GetProperty("seconds").GetDouble(), answer.GetProperty("answer").GetString()));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(Then), answer.GetProperty("at").GetDateTimeOffset());
        var note = item.GetProperty("notes")[0];
        Assert.Equal(("=two answers fit", true), (note.GetProperty("note").GetString(), note.GetProperty("flagged").GetBoolean()));

        var details = await pool.Portal.Services.GetRequiredService<ItemDetails>().ReadAsync(ids, CancellationToken.None);
        Assert.Equal("flagged; note: =two answers fit", details[ids[0]].Summary);
        Assert.Equal("skipped: unclear", details[ids[1]].Summary);
        Assert.Equal(("mia@example.org", "refund", 4.2), details[ids[0]].Answers.Where(a => a.Seconds is not null)
            .Select(a => (a.By, a.Answer, a.Seconds!.Value)).Single());
    }

    private static Task<List<long>> SpeakAsync(PoolFixture pool, string user) =>
        pool.Portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var ids = await db.Items.Where(i => i.ProjectId == pool.ProjectId).OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(token);
            db.Answers.Add(new Answer { SubmissionId = Guid.NewGuid(), ProjectId = pool.ProjectId, ItemId = ids[0], UserId = user,
                AnswerText = "refund",
                Stratum = Stratum.Random, Surplus = true, CreatedAt = Then, ActiveMilliseconds = 4200 });
            db.Remarks.Add(new Remark { ProjectId = pool.ProjectId, ItemId = ids[0], UserId = user, Flagged = true,
                Note = "=two answers fit", UpdatedAt = Then });
            db.Skips.Add(new Skip { ProjectId = pool.ProjectId, ItemId = ids[1], UserId = user, Reason = "unclear",
                SubmissionId = Guid.NewGuid(), CreatedAt = Then });
            await db.SaveChangesAsync(token);
            return ids;
        }, CancellationToken.None);
}
