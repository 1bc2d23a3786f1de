using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Keeps each person's keys: they follow that person to every machine and project.</summary>
public sealed class KeyStore(IDbContextFactory<AppDbContext> contexts, WriteQueue writes)
{
    public async Task<KeySettings> ReadAsync(string? userId, CancellationToken cancellation = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var stored = await db.Users.Where(u => u.Id == userId).Select(u => u.Keys).SingleOrDefaultAsync(cancellation);
        return stored is not null && JsonSerializer.Deserialize<KeySettings>(stored) is { } settings
            && KeyMap.FaultOf(settings) is null ? settings : KeySettings.Default;
    }

    /// <summary>Stores what differs from the defaults.</summary>
    /// <returns>Why the settings were not taken; null: stored.</returns>
    public async Task<Said?> SaveAsync(string userId, KeySettings settings, CancellationToken cancellation)
    {
        if (KeyMap.FaultOf(settings) is { } fault) return fault;
        settings = settings with
        {
            Changed = settings.Changed.Where(c => !KeyMap.Defaults.Single(a => a.Name == c.Key).Keys.SequenceEqual(c.Value))
                .ToDictionary(),
        };
        return await writes.WriteAsync(async (db, c) =>
        {
            if (await LabelConflictAsync(db, userId, settings, c) is { } conflict) return conflict;
            await db.Users.Where(u => u.Id == userId)
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.Keys, JsonSerializer.Serialize(settings)), c);
            return (Said?)null;
        }, cancellation);
    }

    private static async Task<Said?> LabelConflictAsync(AppDbContext db, string userId, KeySettings settings,
        CancellationToken cancellation)
    {
        var keys = settings.Changed.Values.SelectMany(k => k).ToHashSet();
        var labels = await db.Labels.Where(l => l.Key != null && !l.Retired
                && db.Memberships.Any(m => m.ProjectId == l.ProjectId && m.UserId == userId))
            .Join(db.Projects.Where(p => p.DeletedAt == null && p.State != ProjectState.Archived), l => l.ProjectId, p => p.Id,
                (l, p) => new { Key = l.Key!, Label = l.Name, Project = p.Name })
            .ToListAsync(cancellation);
        return labels.Find(l => keys.Contains(l.Key.ToLowerInvariant())) is { } taken
            ? LabelingWords.KeyTaken(key: KeyMap.Shown(taken.Key), label: taken.Label, project: taken.Project) : null;
    }
}
