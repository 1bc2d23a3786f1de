using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>The project row is the one everybody touches, so its update comes last in the transaction.</summary>
internal static class LabelVersions
{
    /// <summary>Label version + 1, written into the label that made it.</summary>
    public static async Task AdvanceAsync(AppDbContext db, int projectId, long? labelId, CancellationToken cancellation)
    {
        await db.Projects.Where(p => p.Id == projectId).ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), cancellation);
        if (labelId is not null)
            await db.Labels.Where(l => l.Id == labelId).ExecuteUpdateAsync(l => l.SetProperty(x => x.LabelVersion,
                _ => db.Projects.Where(p => p.Id == projectId).Select(p => p.LabelVersion).First()), cancellation);
    }
}
