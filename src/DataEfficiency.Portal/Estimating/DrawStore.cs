using DataEfficiency.Engine.Selection;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Keeps the draw of the first 32, or makes a new one where model or instruction changed.</summary>
internal static class DrawStore
{
    /// <summary>Called in the transaction that brings a ranking into use.</summary>
    /// <param name="order">The ranking's whole order.</param>
    public static async Task SettleAsync(AppDbContext db, Project project, Ranking ranking, IReadOnlyList<ItemOrder> order, long now,
        CancellationToken cancel)
    {
        var draw = await db.Draws.AsNoTracking().SingleOrDefaultAsync(d => d.Id == project.DrawId, cancel);
        // a check's model says what is worth a label now, not what the first 32 are
        if (draw is not null && (ranking.CheckId is not null || draw.ModelSha256 == ranking.ModelSha256
            && draw.Instruction == project.Instruction && await First32.AnsweredAsync(db, project.Id, cancel) > 0))
        {
            // with other answer texts a prompt may have become too long
            await First32.Current(db, project.Id).Where(d => d.Reason == null
                && db.ItemScores.Any(s => s.ItemId == d.ItemId && s.RankingId == ranking.Id && s.Unusable != null))
                .ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, PassedOver.Unusable), cancel);
            return;
        }
        draw = new Draw
        {
            ProjectId = project.Id, ModelSha256 = ranking.ModelSha256, Instruction = project.Instruction, Seed = project.Seed,
            CreatedAt = now,
        };
        db.Draws.Add(draw);
        await db.SaveChangesAsync(cancel);
        db.DrawItems.AddRange(order.Where(o => o.DrawRank < Draw.Kept)
            .Select(o => new DrawItem { DrawId = draw.Id, Place = o.DrawRank!.Value, ItemId = o.Id }));
        project.DrawId = draw.Id;
        await db.SaveChangesAsync(cancel);
        // what people skipped before it was drawn
        await First32.GiveUpAsync(db, project.Id, cancel);
    }
}
