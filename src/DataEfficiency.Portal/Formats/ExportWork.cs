using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Formats;

/// <summary>Exports as jobs, one at a time. A file shows one state of the labels: one that was cut off begins anew, with the state of
/// then.</summary>
internal sealed class ExportWork(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ExportFiles files, ExportJobs exports,
    TimeProvider clock) : IJobWork
{
    private static readonly JsonSerializerOptions Audited = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public JobKind Kind => JobKind.Export;

    public int Places => 1;

    public async Task RunAsync(JobTurn turn, CancellationToken cancellation)
    {
        var ask = ExportAsk.FromJson(turn.Job.Payload);
        var format = FormatKinds.Find(ask.Format)!;
        await using var snapshot = await ExportSnapshot.OpenAsync(contexts, turn.ProjectId, cancellation)
            ?? throw new JobCancelledException();
        // answers of another kind, or a label that is gone, since it was asked
        if (ExportJobs.Refusal(format, snapshot.Project) is { } refusal) throw new SaidException(refusal.Why ?? refusal.What);
        var items = await snapshot.NarrowAsync(SavedViews.Read(ask.Filter).Filter, cancellation);
        long bytes;
        await using (var file = files.Begin(ask.File))
        {
            await format.WriteAsync(new(snapshot, ask.Pseudonyms, ask.What, PassedAsync), file, cancellation);
            await file.FlushAsync(cancellation);
            file.Flush(flushToDisk: true);
            bytes = file.Length;
        }
        files.Finish(ask.File);
        var made = ask with
        {
            Made = new(snapshot.Project.LabelVersion, items, bytes, $"{snapshot.FileName}-{turn.Job.Id}{format.Ending}"),
        };
        await writes.WriteAsync(async (db, token) =>
        {
            await turn.GoOnAsync(db, token);
            await db.Jobs.Where(j => j.Id == turn.Job.Id).ExecuteUpdateAsync(j => j.SetProperty(x => x.Payload, made.ToJson()), token);
            await turn.ShowAsync(db, items, items, gotOn: true, token);
            await ExportRecord.AddAsync(db, turn.ProjectId, ask.By, $"export{format.Ending}", snapshot.LabelCount,
                clock.GetUtcNow().ToUnixTimeMilliseconds(), token, turn.Job.Id,
                JsonSerializer.Serialize(new { ask.What, ask.Filter, ask.Pseudonyms, made.Made.Items, made.Made.LabelVersion }, Audited));
            await turn.EndAsync(db, token);
        }, cancellation);

        // a format that reads the items more than once has shown all of them before its end
        Task PassedAsync(int passed) => writes.WriteAsync(async (db, token) =>
        {
            await turn.GoOnAsync(db, token);
            await turn.ShowAsync(db, Math.Min(passed, items), items, gotOn: false, token);
        }, cancellation);
    }

    public Task UndoAsync(Job job, CancellationToken cancellation)
    {
        files.Remove(ExportAsk.FromJson(job.Payload).File);
        return Task.CompletedTask;
    }

    public Task EndedAsync(Job job, WorkState state, CancellationToken cancellation) => exports.SweepAsync(cancellation);

    public bool IsExpected(Exception failure) => failure is SaidException;

    public string ReasonOf(Exception failure) => (failure switch
    {
        SaidException wrong => wrong.Said,
        JobGivenUpException up => FormatsWords.PortalEndedEachTime(up.Tries),
        _ => FormatsWords.ExportFailed(failure.Message),
    }).ToJson();
}
