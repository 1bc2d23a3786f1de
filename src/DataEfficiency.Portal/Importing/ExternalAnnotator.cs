using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Whoever gave the answers that a file brings: people with a name and no way in. They are not the answers of the one who uploaded the
/// file: they would count in that person's pace and stand in that person's history.
/// </summary>
public static class ExternalAnnotator
{
    /// <param name="name">As the file says it; null: it names nobody. The same name is the same person, however often an import is
    /// begun.</param>
    public static string IdOf(int importId, string? name = null) => name is null ? $"import-{importId}"
        : $"import-{importId}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16]}";

    /// <summary>No user name, no password, and ended from the start, so that no door opens whatever is added later.</summary>
    internal static async Task AddAsync(AppDbContext db, Import import, IEnumerable<string?> names, long now,
        CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            var id = IdOf(import.Id, name);
            if (await db.Users.AnyAsync(u => u.Id == id, cancellation)) continue;
            db.Users.Add(new AppUser
            {
                Id = id, DisplayName = name ?? $"{import.FileName} (imported)", IsExternal = true, CreatedAt = now, DeactivatedAt = now,
                LockoutEnabled = true,
            });
        }
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Those of an import that are there already.</summary>
    internal static Task<int> CountAsync(AppDbContext db, int importId, CancellationToken cancellation)
    {
        var beginning = $"{IdOf(importId)}-";
        return db.Users.CountAsync(u => u.IsExternal && u.Id.StartsWith(beginning), cancellation);
    }

    /// <summary>With the answers of their imports gone, they go too.</summary>
    internal static async Task RemoveAsync(AppDbContext db, IEnumerable<int> imports, CancellationToken cancellation)
    {
        foreach (var import in imports)
        {
            var (id, beginning) = (IdOf(import), $"{IdOf(import)}-");
            await db.Users.Where(u => u.IsExternal && (u.Id == id || u.Id.StartsWith(beginning))
                && !db.Answers.Any(a => a.UserId == u.Id) && !db.Skips.Any(s => s.UserId == u.Id)).ExecuteDeleteAsync(cancellation);
        }
    }
}
