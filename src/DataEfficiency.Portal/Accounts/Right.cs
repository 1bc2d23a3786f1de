using System.Security.Claims;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What a change needs of who asks for it. It is asked inside the change's own transaction: who was removed while the change
/// waited for its turn changes nothing any more.</summary>
public sealed class Right
{
    private readonly Func<AppDbContext, CancellationToken, Task<bool>> _holds;

    private Right(Func<AppDbContext, CancellationToken, Task<bool>> holds) => _holds = holds;

    public static Right Lead(string? userId, int projectId) =>
        new((db, token) => ProjectAccess.IsLeadAsync(db, userId, projectId, token));

    public static Right Admin(string? userId) => new((db, token) => ProjectAccess.IsAdminAsync(db, userId, token));

    /// <summary>Is signed in still. What outlives a session (a token, a link) asks for it: made a moment after a new password it would
    /// keep open what that was to close.</summary>
    public static Right SignedIn(ClaimsPrincipal user) => new((db, token) => OpenSessions.IsSignedInAsync(db, user, token));

    public static Right NewProjects(string? userId) => new((db, token) => ProjectAccess.MayCreateProjectsAsync(db, userId, token));

    internal Task<bool> HoldsAsync(AppDbContext db, CancellationToken cancellation) => _holds(db, cancellation);
}

/// <summary>Nothing was changed: the right ended before the change had its turn.</summary>
public sealed class RightEndedException() : Exception("The right to this change has ended.");

public static class RightfulWrites
{
    /// <summary>As <see cref="WriteQueue.WriteAsync{T}"/>, for who has the right when the turn comes.</summary>
    /// <param name="right">Null: the portal itself, on nobody's behalf.</param>
    /// <param name="refused">The result of who has it no more; null: <see cref="RightEndedException"/>, which routes answer with
    /// 403.</param>
    public static Task<T> WriteAsync<T>(this WriteQueue writes, Right? right, Func<AppDbContext, CancellationToken, Task<T>> work,
        CancellationToken cancellation, Func<T>? refused = null) => writes.WriteAsync(async (db, token) =>
        {
            if (right is null || await right.HoldsAsync(db, token)) return await work(db, token);
            return refused is null ? throw new RightEndedException() : refused();
        }, cancellation);

    /// <summary>The same for work without a result.</summary>
    public static Task WriteAsync(this WriteQueue writes, Right? right, Func<AppDbContext, CancellationToken, Task> work,
        CancellationToken cancellation) => writes.WriteAsync(right, async (db, token) => { await work(db, token); return true; },
        cancellation);
}
