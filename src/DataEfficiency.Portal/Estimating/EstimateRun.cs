using System.Diagnostics;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>One estimate of one project, on the engine thread: snapshot, engine, row, feed.</summary>
public sealed partial class EstimateRun(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, First32 first32, FigureBook figureBook,
    IEstimatorHost host, EstimateQueue queue, EstimateFeed feed, ForecastPublisher publisher, IStopByItself stops, IOwnNeeds needs,
    TimeProvider time, ILogger<EstimateRun> log)
{
    private readonly Dictionary<int, Look> _looked = [];

    /// <summary>Something that every forecast rests on has changed: all are looked at anew when they ring. The engine thread's.</summary>
    public void LookAgain() => _looked.Clear();

    /// <summary>A failure of the engine becomes a row and a log line; only cancellation and a failing database get out.</summary>
    /// <returns>False: another model is held by work that gave way, and there is no room for this project's beside it. Nothing was
    /// done.</returns>
    public bool Run(int projectId, CancellationToken cancel)
    {
        var figures = Wait(FiguresAsync(projectId, cancel));
        if (figures is not null && _looked.TryGetValue(projectId, out var before) && before.Covers(figures))
        {
            feed.Looked(projectId, figures.Version);
            return true;
        }
        _looked.Remove(projectId);
        var (inputs, last) = Wait(ReadAsync(projectId, cancel));
        if (inputs is null) return true;
        inputs = inputs.At(figures?.Pace).With(Wait(needs.ReadAsync(cancel)));
        // nothing to say before the first of the 32: the counts still move
        if (inputs.Examples.Count == 0 && last is null)
        {
            Wait(StoreAsync(inputs, null, [], false, cancel));
            // answers outside the first 32 do not change that: nothing is read again for each of them
            if (figures is not null) _looked[projectId] = Look.BeforeTheFirst(figures);
            return true;
        }
        if (!host.HasRoomFor(inputs.Model)) return false;
        var started = time.GetTimestamp();
        StoredEstimate? row;
        Estimate? estimate = null;
        (long Item, string Reason)[] unusable = [];
        try
        {
            var estimator = host.Open(inputs.Model);
            var hash = inputs.Hash(estimator, PastStop(last, inputs.Labels));
            row = last is { Error: null } && last.InputHash == hash ? null
                : NewRow(inputs, started, estimator, estimate = Estimate(inputs, estimator, cancel, out unusable),
                    last is { Error: null } ? last.FirstCount : null);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            row = FailedRow(inputs, started, EngineFailure.Stored(e));
            LogFailed(e, projectId, inputs.LabelVersion);
        }
        // the same failure of the same version is one row, however often it rings
        if (row?.Error is { } error && last is not null && last.Error == error && last.LabelVersion == inputs.LabelVersion) row = null;
        var stopsNow = estimate is not null && PastStop(estimate.Stop, inputs.Labels)
            && !(last is not null && PastStop(last, last.LabelCount));
        Wait(StoreAsync(inputs, row, unusable, stopsNow, cancel));
        // unless something failed or lacked memory, which may be otherwise the next time
        if (figures is not null && (row ?? last) is { Error: null, InputHash.Length: > 0, Payload: { } payload })
            _looked[projectId] = Look.At(figures, EstimatePayload.Read(payload).Stop);
        // labels of before the model was opened are read some at a time, so that other projects get their turn
        if (estimate?.Signals?.Probe is { Waiting: > 0 }) queue.Ring(projectId);
        return true;
    }

    /// <summary>What an estimate was made of, as far as answers change it. Settings, rankings and imports give the figures first ones of
    /// their own.</summary>
    /// <param name="Version">Label version; null: before the first of the 32 is answered the others change nothing.</param>
    private sealed record Look(FirstFigures First, int? StopAt, bool Past, long? Version)
    {
        // Up to 200 labels each of them is worth a new estimate, beyond that half a per cent of them.
        private const int LabelsOfOne = 200;

        public static Look At(ProjectFigures figures, StopAdvice stop)
        {
            var at = stop is { Rule: "A", At: { } count } ? (int?)count : null;
            return new(figures.First, at, figures.Decided >= at, figures.Version);
        }

        public static Look BeforeTheFirst(ProjectFigures figures) => new(figures.First, null, false, null);

        public bool Covers(ProjectFigures figures) => ReferenceEquals(First, figures.First) && Past == figures.Decided >= StopAt
            && !(figures.Version - Version >= Math.Max(1, figures.Decided / LabelsOfOne));
    }

    private async Task<ProjectFigures?> FiguresAsync(int projectId, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var stamp = await FigureRows.StampAsync(db, projectId, cancel);
        return stamp is null ? null : await figureBook.OfAsync(stamp, cancel);
    }

    private static Estimate Estimate(EstimateInputs inputs, IEstimator estimator, CancellationToken cancel, out (long, string)[] unusable)
    {
        // one backward pass per new label, so that shutting down waits for one example at most
        foreach (var example in inputs.Examples)
        {
            cancel.ThrowIfCancellationRequested();
            estimator.Observe(inputs.Task, example, cancel);
        }
        var estimate = estimator.Forecast(new ForecastRequest(inputs.Task, inputs.Examples, inputs.Target(), inputs.Cap,
            inputs.Measured, Labels: inputs.Labels, Labelled: inputs.ForProbe(), CheckPrice: inputs.CheckPrice,
            PointWorth: inputs.PointWorth, OwnNeeds: inputs.OwnNeeds), cancel);
        // what lacked memory today keeps its place among the first 32
        unusable = [.. estimate.LeftOut.Where(l => !l.Passing).Select(l => (inputs.Items[l.Index], l.Reason))];
        return estimate;
    }

    private StoredEstimate NewRow(EstimateInputs inputs, long started, IEstimator estimator, Estimate estimate, int? lastFirst)
    {
        var row = Row(inputs, started);
        row.ModelSha256 = estimator.Model.Sha256;
        row.AdapterSeed = EstimateInputs.AdapterSeed(estimator);
        // whether the advised stop is passed is decided by the estimate that is stored, as the next run will see it
        // Where memory was wanting or states wait, the same inputs give more the next time: this row answers for none.
        row.InputHash = IsPassing(estimate) ? "" : inputs.Hash(estimator, PastStop(estimate.Stop, inputs.Labels));
        (row.CosLow, row.StandardError) = (estimate.CosLow.Median, estimate.CosLow.StandardError);
        var p = estimate.Posterior;
        (row.PReach, row.Median, row.Low80, row.High80) = (p.PReach, p.Median, p.Low80, p.High80);
        row.Payload = EstimatePayload.Write(estimate);
        // the same ones are not stored for every label that comes behind the 32
        if (lastFirst != inputs.Examples.Count) row.Cosines = EstimatePayload.WriteCosines(estimate.CosLow.Cosines);
        return row;
    }

    private static bool IsPassing(Estimate estimate) =>
        estimate.LeftOut.Any(l => l.Passing) || estimate.Signals?.Probe is { Waiting: > 0 };

    private StoredEstimate FailedRow(EstimateInputs inputs, long started, string message)
    {
        var row = Row(inputs, started);
        row.Error = message;
        return row;
    }

    private StoredEstimate Row(EstimateInputs inputs, long started) => new()
    {
        ProjectId = inputs.ProjectId,
        LabelVersion = inputs.LabelVersion,
        LabelCount = inputs.Labels,
        FirstCount = inputs.Examples.Count,
        Model = inputs.Model,
        DurationMilliseconds = (int)time.GetElapsedTime(started).TotalMilliseconds,
        CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private static bool PastStop(StoredEstimate? last, int labels) => last?.Payload is { } payload
        && PastStop(EstimatePayload.Read(payload).Stop, labels);

    private static bool PastStop(StopAdvice stop, int labels) => stop is { Rule: "A", At: { } at } && labels >= at;

    private async Task<(EstimateInputs? Inputs, StoredEstimate? Last)> ReadAsync(int projectId, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        if (await EstimateInputs.ReadAsync(db, first32, projectId, cancel) is not { } inputs) return (null, null);
        var last = await db.Estimates.AsNoTracking().Where(e => e.ProjectId == projectId).OrderByDescending(e => e.Id)
            .Select(e => new StoredEstimate { Id = e.Id, LabelVersion = e.LabelVersion, InputHash = e.InputHash, Payload = e.Payload,
                FirstCount = e.FirstCount, LabelCount = e.LabelCount, Error = e.Error }).FirstOrDefaultAsync(cancel);
        return (inputs, last);
    }

    private static async Task TellAsync(AppDbContext db, StoredEstimate row, bool stopsNow, CancellationToken cancel)
    {
        object Figures() => new { labels = row.LabelCount, pReach = row.PReach, median = row.Median, low80 = row.Low80, high80 = row.High80,
            estimate = row.Id, model = row.Model, version = row.LabelVersion };
        // what telling needs of it, not its texts
        var project = await db.Projects.Where(p => p.Id == row.ProjectId)
            .Select(p => new Project { Id = p.Id, WebhookEvents = p.WebhookEvents, SchemaVersion = p.SchemaVersion }).SingleAsync(cancel);
        await WebhookOutbox.AddAsync(db, project, WebhookEvents.ForecastUpdated, row.CreatedAt, Figures, cancel);
        // what is asked again is out of the forecast: no stop before it is back
        if (stopsNow && !(await AnswerSetState.ReadAsync(db, project, cancel)).IsOpen)
            await WebhookOutbox.AddAsync(db, project, WebhookEvents.ForecastStop, row.CreatedAt, Figures, cancel);
    }

    /// <param name="stopsNow">The labels have reached the advised stop with this estimate, and had not with the one before.</param>
    private async Task StoreAsync(EstimateInputs inputs, StoredEstimate? row, (long Item, string Reason)[] unusable, bool stopsNow,
        CancellationToken cancel)
    {
        await writes.WriteAsync(async (db, token) =>
        {
            // removed while the engine ran
            if (!await db.Projects.AnyAsync(p => p.Id == inputs.ProjectId, token)) return;
            if (row is not null) db.Estimates.Add(row);
            await db.SaveChangesAsync(token);
            if (row is { Error: null }) await TellAsync(db, row, stopsNow, token);
            if (unusable.Length > 0) db.AfterCommit.Add(() => figureBook.ForgetFirst(inputs.ProjectId));
            foreach (var (item, reason) in unusable)
                await db.ScoresInUse(inputs.ProjectId).Where(s => s.ItemId == item)
                    .ExecuteUpdateAsync(s => s.SetProperty(x => x.Unusable, reason), token);
            if (unusable.Length > 0) await First32.PassOverAsync(db, inputs.ProjectId, [.. unusable.Select(u => u.Item)], token);
            await db.Projects.Where(p => p.Id == inputs.ProjectId && p.EstimatedVersion < inputs.LabelVersion)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.EstimatedVersion, inputs.LabelVersion), token);
        }, cancel);
        await publisher.PublishAsync(inputs.ProjectId, cancel);
        await stops.ConsiderAsync(inputs.ProjectId, cancel);
    }

    // the engine thread is nobody's request: it may block
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    [LoggerMessage(LogLevel.Error, "The estimate of project {ProjectId} at label version {LabelVersion} failed")]
    private partial void LogFailed(Exception e, int projectId, long labelVersion);
}
