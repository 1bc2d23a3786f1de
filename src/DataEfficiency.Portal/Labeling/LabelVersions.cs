using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>The project row is the one everybody touches, so its update comes last in the transaction.</summary>
internal static class LabelVersions
{
    /// <summary>Label version + 1.</summary>
    public static Task AdvanceAsync(AppDbContext db, int projectId, CancellationToken cancellation) => db.Projects
        .Where(p => p.Id == projectId).ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), cancellation);
}
