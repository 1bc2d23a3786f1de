using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>A project's own rule for what people write. Asked outside of any transaction: a hostile pattern takes its whole time.</summary>
internal static class OwnRule
{
    /// <summary>Why an answer does not fit it; null: it does, or is not written.</summary>
    public static async Task<Said?> MismatchAsync(IDbContextFactory<AppDbContext> contexts, int projectId, JsonElement answer,
        CancellationToken cancellation)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("text", out _)) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId, cancellation) is { } project
            ? project.Kind().Mismatch(project, answer) : null;
    }
}
