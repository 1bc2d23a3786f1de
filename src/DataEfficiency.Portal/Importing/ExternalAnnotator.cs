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
    /// <param name="names">None of them is there yet.</param>
    internal static void Add(AppDbContext db, Import import, IEnumerable<string?> names, long now) =>
        db.Users.AddRange(names.Select(name => new AppUser
        {
            Id = IdOf(import.Id, name), DisplayName = name ?? $"{import.FileName} (imported)", IsExternal = true, CreatedAt = now,
            DeactivatedAt = now, LockoutEnabled = true,
        }));

    /// <summary>The people of an import that are there.</summary>
    internal static IQueryable<AppUser> Of(AppDbContext db, int importId)
    {
        var (id, beginning) = (IdOf(importId), $"{IdOf(importId)}-");
        return db.Users.Where(u => u.IsExternal && (u.Id == id || u.Id.StartsWith(beginning)));
    }

    /// <summary>With the answers of their imports gone, they go too.</summary>
    internal static async Task RemoveAsync(AppDbContext db, IEnumerable<int> imports, CancellationToken cancellation)
    {
        foreach (var import in imports)
            await Of(db, import).Where(u => !db.Answers.Any(a => a.UserId == u.Id) && !db.Skips.Any(s => s.UserId == u.Id))
                .ExecuteDeleteAsync(cancellation);
    }
}
