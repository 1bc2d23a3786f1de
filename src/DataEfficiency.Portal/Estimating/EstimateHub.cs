using System.Runtime.CompilerServices;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What the hub may call on a client. Estimates come as the stream of <see cref="EstimateHub.Watch"/>, so there is nothing
/// yet.</summary>
public interface IEstimateClient;

/// <summary>
/// The forecasts for outside clients (command line, notebooks, dashboards), by cookie or personal access token. The portal's own pages
/// use the feed directly.
/// </summary>
[Authorize]
public sealed class EstimateHub(EstimateFeed feed, ForecastPublisher publisher, ProjectAccess access, OpenSessions sessions)
    : Hub<IEstimateClient>
{
    public const string Path = ApiPaths.Hubs + "/estimates";

    /// <summary>Streams of one connection at once: a dashboard of many projects, and room.</summary>
    public const int MostStreams = 50;

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(4);

    public override Task OnConnectedAsync()
    {
        Context.Items[nameof(Place)] = new StrongBox<int>();
        return base.OnConnectedAsync();
    }

    /// <summary>Streams the forecast of a project that the caller leads or views: the newest now, then each following one.</summary>
    /// <exception cref="HubException">403: neither lead nor viewer of this project, or there is none.</exception>
    public async IAsyncEnumerable<ForecastUpdate> Watch(int projectId, [EnumeratorCancellation] CancellationToken cancel)
    {
        await RequireReaderAsync(projectId);
        using var place = new Place((StrongBox<int>)Context.Items[nameof(Place)]!);
        if (place.Number > MostStreams) throw new HubException(EstimatingWords.TooManyStreams(MostStreams));
        using var subscription = feed.Subscribe(projectId);
        var newest = subscription.Latest ?? await publisher.NewestAsync(projectId, cancel: cancel);
        if (newest is not null) yield return newest;
        using var own = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var updates = subscription.ReadAllAsync(own.Token).GetAsyncEnumerator(own.Token);
        var next = updates.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                // a stream lives for days, a membership may end in between: also where no picture comes for hours
                var asked = Task.Delay(AskAgain, cancel);
                var came = await Task.WhenAny(next, asked) == next;
                await RequireReaderAsync(projectId);
                if (!came) continue;
                if (!await next) yield break;
                var update = updates.Current;
                next = updates.MoveNextAsync().AsTask();
                // the one that was taken for this reader comes by the stream too
                if (newest is null || !ReferenceEquals(update, newest) && !update.IsOlderThan(newest)) yield return newest = update;
            }
        }
        finally
        {
            await own.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // each asks for its right every few seconds: nobody makes the portal busy with thousands over one connection
    private sealed class Place(StrongBox<int> taken) : IDisposable
    {
        public int Number { get; } = Interlocked.Increment(ref taken.Value);

        public void Dispose() => Interlocked.Decrement(ref taken.Value);
    }

    private async Task RequireReaderAsync(int projectId)
    {
        // the role in the project may be left while the token, the password or the account it came by is not
        if ((await access.RoleAsync(Context.User!, projectId))?.MayReadFigures() != true
            || !await sessions.IsOpenAsync(Context.User!, CancellationToken.None))
            throw new HubException(EstimatingWords.NotAReader($"{projectId}"));
    }
}
