using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <summary>What a tab says about its deck with every request.</summary>
/// <param name="Token">Made by the tab; its slots carry it.</param>
/// <param name="Have">Items it holds: waiting cards and unsent answers.</param>
/// <param name="Want">How many cards it can take; 0: none, only acknowledge.</param>
public sealed record DeckRequest(string Token, IReadOnlyList<string>? Dead, IReadOnlyList<long>? Have, int Want, bool WithSchema = false);

/// <summary>Puts a reply together: the receipts of what came, the next cards, the progress, and the reason where no card is left.</summary>
public sealed class DeckService(IDbContextFactory<AppDbContext> contexts, ClaimService claims, FigureBook figures, ProgressReader progress,
    TaskSchemaReader schemas, IOptions<LabelingOptions> options)
{
    /// <param name="member">False: was removed; is told so and gets nothing.</param>
    public async Task<DeckReply> ReplyAsync(int projectId, string userId, bool member, DeckRequest deck, IReadOnlyList<Receipt> receipts,
        CancellationToken cancellation)
    {
        var want = member ? Math.Clamp(deck.Want, 0, options.Value.DeckSize) : 0;
        var request = new ClaimRequest(projectId, userId, deck.Token, deck.Dead ?? [], deck.Have ?? [], want);
        var (project, cards) = await ClaimAsync(request, cancellation);
        var shown = member && await figures.OfAsync(project, cancellation) is { } known ? known : ProjectFigures.Empty(projectId);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var end = !member ? new DeckEnd(ApiCodes.Removed, LabelingWords.EndRemoved)
            : cards.Count > 0 || want == 0 && project.State == ProjectState.Active ? null
            : await progress.EndAsync(db, project, userId, cancellation);
        return new DeckReply(userId, [.. receipts.Select(r => r.Acknowledged).OfType<Acknowledgement>()],
            [.. receipts.Select(r => r.Refused).OfType<Refusal>()], cards, end, ProgressReader.Of(project, shown, userId),
            deck.WithSchema && member ? await schemas.ReadAsync(db, projectId, cancellation) : null);
    }

    private async Task<(Project Project, IReadOnlyList<Card> Cards)> ClaimAsync(ClaimRequest request, CancellationToken cancellation)
    {
        if (request.Want == 0) return await claims.ServeAsync(request, cancellation);
        using var timing = PortalMeter.Claim.Time();
        return await claims.ServeAsync(request, cancellation);
    }
}
