using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Labeling;

/// <summary>A project with made-up items, as an import and a finished ranking would leave it.</summary>
public static class LabelPool
{
    /// <param name="drawn">How many items, from the first, are candidates of the draw.</param>
    /// <param name="hidden">Items of an import that is not finished.</param>
    /// <param name="text">Text of the nth item; default "text n".</param>
    public static async Task<(int ProjectId, IReadOnlyList<int> LabelIds)> AddLabelPoolAsync(this PortalFactory portal, int items,
        int drawn, bool ranked, TaskType type,
        string[] labels, int hidden = 0, Func<int, string>? text = null, Action<Project>? change = null)
    {
        var project = await portal.AddProjectAsync();
        await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            db.Labels.AddRange(labels.Select((name, i) => new Label { ProjectId = project.Id, Name = name, AnswerText =
                name.Replace("label", "answer"), Order = i }));
            for (var i = 0; i < items + hidden; i++)
                db.Items.Add(new Item
                {
                    ProjectId = project.Id, ImportId = i < items ? 1 : 2, Line = i + 1, Text = text?.Invoke(i) ?? $"text {i}", TextHash =
                        [(byte)i, (byte)(i >> 8)],
                    // against the order of the active queue, so that the two can be told apart
                    RandomRank = items - 1 - i,
                });
            await db.SaveChangesAsync(token);
            db.Slots.AddRange(await db.Items.Where(i => i.ProjectId == project.Id).Select(i => new Slot
            {
                ProjectId = project.Id, ItemId = i.Id, ImportId = i.ImportId, RandomRank = i.RandomRank, ActiveRank = i.Line - 1,
            }).ToListAsync(token));
            var row = await db.Projects.SingleAsync(p => p.Id == project.Id, token);
            (row.VisibleImport, row.ItemCount, row.RankVersion, row.TaskType) = (1, items, ranked ? 1 : 0, type);
            if (drawn > 0)
            {
                var ids = await db.Items.Where(i => i.ProjectId == project.Id).OrderBy(i => i.Id).Select(i => i.Id).Take(drawn)
                    .ToListAsync(token);
                await db.AddDrawAsync(row, ids);
            }
            change?.Invoke(row);
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        await using var db = await portal.OpenDbAsync();
        return (project.Id, await db.Labels.Where(l => l.ProjectId == project.Id).OrderBy(l => l.Order).Select(l => l.Id).ToListAsync());
    }

    /// <summary>The project's draw: these items in this order.</summary>
    public static async Task AddDrawAsync(this AppDbContext db, Project project, IReadOnlyList<long> items, string sha = "f00d")
    {
        var draw = new Draw { ProjectId = project.Id, ModelSha256 = sha, Instruction = project.Instruction };
        db.Draws.Add(draw);
        await db.SaveChangesAsync();
        db.DrawItems.AddRange(items.Select((id, place) => new DrawItem { DrawId = draw.Id, Place = place, ItemId = id }));
        project.DrawId = draw.Id;
        await db.SaveChangesAsync();
    }

    /// <summary>A ranking in use that knows all of the project's items.</summary>
    /// <param name="answer">What the model answers to each.</param>
    public static async Task AddRankingAsync(this AppDbContext db, Project project, string? answer = null)
    {
        var ranking = new Ranking { ProjectId = project.Id, Model = project.Model, InputHash = "made up" };
        db.Rankings.Add(ranking);
        await db.SaveChangesAsync();
        db.ItemScores.AddRange(await db.Items.Where(i => i.ProjectId == project.Id)
            .Select(i => new ItemScore { ItemId = i.Id, RankingId = ranking.Id, ModelAnswer = answer }).ToListAsync());
        project.RankingId = ranking.Id;
        await db.SaveChangesAsync();
    }
}
