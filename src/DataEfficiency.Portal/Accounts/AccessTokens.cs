using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What a token may do of what its person may.</summary>
/// <param name="Days">How long it works.</param>
/// <param name="ProjectId">The one project that it opens; null: all.</param>
public sealed record TokenLimits(int Days = TokenLimits.UsualDays, bool ReadOnly = false, int? ProjectId = null)
{
    public const int UsualDays = 90, MostDays = 366;
}

/// <summary>Personal access tokens: 256 bits, shown once, kept as SHA-256, with an end, revocable.</summary>
public sealed class AccessTokens(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, RightsChanges rights, TimeProvider time)
{
    /// <summary>The start of every token, so that a leaked one is recognised.</summary>
    public const string Prefix = "de_";

    private const int NameLimit = 60;

    /// <summary>Of a person that are not revoked: the page lists them all, and gives no more.</summary>
    public const int Most = 100;

    private static readonly TimeSpan LastUseStep = TimeSpan.FromMinutes(1);

    /// <summary>Makes a token and returns it; it cannot be read again.</summary>
    public Task<string> CreateAsync(ClaimsPrincipal by, string name, CancellationToken cancellationToken, TokenLimits? limits = null) =>
        CreateAsync(by.PersonId()!, name, cancellationToken, limits, Right.SignedIn(by));

    /// <param name="right">Null: nobody's session asks for it.</param>
    public async Task<string> CreateAsync(string userId, string name, CancellationToken cancellationToken, TokenLimits? limits = null,
        Right? right = null)
    {
        limits ??= new TokenLimits();
        var days = Math.Clamp(limits.Days, 1, TokenLimits.MostDays);
        var secret = Secrets.New(Prefix);
        await writes.WriteAsync(right, async (db, token) =>
        {
            var shown = name.Length > NameLimit ? name[..NameLimit] : name;
            db.AccessTokens.Add(new AccessToken
            {
                UserId = userId, Name = shown, Hash = Secrets.Hash(secret), CreatedAt = Now, ReadOnly = limits.ReadOnly,
                ProjectId = limits.ProjectId, ExpiresAt = Now + (long)TimeSpan.FromDays(days).TotalMilliseconds,
            });
            AuditTrail.Add(db, time, userId, "token.made", after: shown);
            await db.SaveChangesAsync(token);
        }, cancellationToken);
        return secret;
    }

    public async Task<bool> RevokeAsync(string userId, int id, CancellationToken cancellationToken)
    {
        var revoked = await writes.WriteAsync(async (db, token) =>
        {
            var found = await db.AccessTokens.FirstOrDefaultAsync(t => t.Id == id && t.UserId == userId && t.RevokedAt == null, token);
            if (found is null) return false;
            found.RevokedAt = Now;
            AuditTrail.Add(db, time, userId, "token.revoked", found.Name);
            await db.SaveChangesAsync(token);
            return true;
        }, cancellationToken);
        if (revoked) rights.Announce(userId);
        return revoked;
    }

    /// <summary>The tokens of a person that still work or have ended by themselves, newest first.</summary>
    public async Task<List<AccessToken>> ListAsync(string userId)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.AccessTokens.AsNoTracking().Where(t => t.UserId == userId && t.RevokedAt == null).OrderByDescending(t => t.Id)
            .ToListAsync();
    }

    /// <summary>The token and its person, or null. Notes the use, at most once a minute.</summary>
    public async Task<(AppUser User, AccessToken Token)?> FindAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(secret);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = Now;
        var found = await db.AccessTokens.AsNoTracking()
            .Where(t => t.Hash == hash && t.RevokedAt == null && (t.ExpiresAt == null || t.ExpiresAt > now))
            .Join(db.Users.Where(u => u.DeactivatedAt == null), t => t.UserId, u => u.Id, (token, user) => new { token, user })
            .FirstOrDefaultAsync(cancellationToken);
        if (found is null) return null;
        if (found.token.LastUsedAt is not { } last || Now - last >= LastUseStep.TotalMilliseconds)
            await writes.WriteAsync((context, token) => context.AccessTokens.Where(t => t.Id == found.token.Id)
                .ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, Now), token), cancellationToken);
        return (found.user, found.token);
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>Random secrets that are handed out once and recognised by their hash.</summary>
internal static class Secrets
{
    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
