using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Whoever gave the answers that a file brings: a person with a name and no way in. They are not the answers of the one who uploaded the
/// file: they would count in that person's pace and stand in that person's history.
/// </summary>
public static class ExternalAnnotator
{
    public static string IdOf(int importId) => $"import-{importId}";

    /// <summary>No user name, no password, and ended from the start, so that no door opens whatever is added later.</summary>
    internal static async Task<string> AddAsync(AppDbContext db, Import import, long now, CancellationToken cancellation)
    {
        var id = IdOf(import.Id);
        if (!await db.Users.AnyAsync(u => u.Id == id, cancellation))
            db.Users.Add(new AppUser
            {
                Id = id, DisplayName = $"{import.FileName} (imported)", IsExternal = true, CreatedAt = now, DeactivatedAt = now,
                LockoutEnabled = true,
            });
        await db.SaveChangesAsync(cancellation);
        return id;
    }

    /// <summary>With the answers of their imports gone, they go too.</summary>
    internal static Task RemoveAsync(AppDbContext db, IEnumerable<int> imports, CancellationToken cancellation)
    {
        var ids = imports.Select(IdOf).ToList();
        return db.Users.Where(u => ids.Contains(u.Id) && !db.Answers.Any(a => a.UserId == u.Id)).ExecuteDeleteAsync(cancellation);
    }
}
