using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>The project row is the one everybody touches, so its update comes last in the transaction.</summary>
internal static class LabelVersions
{
    /// <summary>Label version + 1, written into the answer that made it.</summary>
    public static async Task AdvanceAsync(AppDbContext db, int projectId, long? answerId, CancellationToken cancellation)
    {
        await db.Projects.Where(p => p.Id == projectId)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), cancellation);
        if (answerId is not null)
            await db.Answers.Where(a => a.Id == answerId).ExecuteUpdateAsync(a => a.SetProperty(x => x.LabelVersion,
                _ => db.Projects.Where(p => p.Id == projectId).Select(p => p.LabelVersion).First()), cancellation);
    }
}
