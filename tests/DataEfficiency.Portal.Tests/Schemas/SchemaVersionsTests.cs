using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Tests.Importing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Schemas;

/// <summary>Every version of an answer set is kept, and a label keeps its id through all of them.</summary>
public sealed class SchemaVersionsTests
{
    [Fact]
    public async Task Save_AnswerSetChanged_IsANewVersionBesideTheOld()
    {
        await using var pool = await PoolFixture.StartAsync("a", "b");
        var service = pool.Portal.Services.GetRequiredService<ProjectService>();
        var id = await service.CreateAsync(await FormAsync(pool), pool.LeadId);
        var (_, form, _) = (await service.FindAsync(id))!.Value;
        form.Guideline = "no answer is touched";
        await service.SaveAsync(id, form, pool.LeadId);
        (form.Answers[0].Name, form.Answers[1].Key) = ("A new name", "k");
        await service.SaveAsync(id, form, pool.LeadId);

        await using var db = await pool.Portal.OpenDbAsync();
        Assert.Equal(2, (await db.Projects.SingleAsync(p => p.Id == id)).SchemaVersion);
        var rows = await db.SchemaLabels.Join(db.Schemas.Where(s => s.ProjectId == id), l => l.SchemaId, s => s.Id,
            (l, s) => new { s.Version, l.LabelId, l.Name, l.Key }).OrderBy(r => r.Version).ThenBy(r => r.LabelId).ToListAsync();
        Assert.Equal([(1, "a", null), (1, "b", null), (2, "A new name", null), (2, "b", "k")],
            rows.Select(r => (r.Version, r.Name, r.Key)));
        Assert.Equal(rows.Take(2).Select(r => r.LabelId), rows.Skip(2).Select(r => r.LabelId));
    }

    private static async Task<ProjectForm> FormAsync(PoolFixture pool)
    {
        var (_, form, _) = (await pool.Portal.Services.GetRequiredService<ProjectService>().FindAsync(pool.ProjectId))!.Value;
        form.Model = "BundledModel";
        return form;
    }
}
