using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Calibrating;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Stopping;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Importing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>
/// A right that ends while a change waits for its turn: nothing is changed. Every route that a lead alone may ask and that changes
/// something, and every action of a page.
/// </summary>
public sealed class WaitingWritesTests : IAsyncLifetime
{
    private readonly PortalFactory _portal = new();
    private AppUser _lead = null!;
    private HttpClient _client = null!;
    private int _project, _import, _export, _check, _hook, _view;
    private long _item, _delivery;

    private WriteQueue Writes => _portal.Services.GetRequiredService<WriteQueue>();

    public async Task InitializeAsync()
    {
        _lead = await _portal.AddPersonAsync("lead");
        _project = (await _portal.AddProjectAsync(state: ProjectState.Stopped)).Id;
        await Writes.WriteAsync(async (db, token) =>
        {
            // held by nobody that is there: they stay under way
            Job Open(JobKind kind, string payload = "") => new()
            {
                Kind = kind, ProjectId = _project, State = WorkState.Running, Owner = "another", LeaseUntil = long.MaxValue / 2,
                Payload = payload,
            };
            var (import, export, check) = (new Import { ProjectId = _project, StoredName = "x", Job = Open(JobKind.Import) },
                Open(JobKind.Export, new ExportAsk("native", ExportWhat.Final, "", false, _lead.Id, Guid.NewGuid()).ToJson()),
                new Check { ProjectId = _project, Model = "fake", ModelSha256 = "f00d" });
            var hook = new Webhook { ProjectId = _project, Url = "https://example.org/", CreatedBy = _lead.Id };
            var view = new SavedView { ProjectId = _project, UserId = _lead.Id, Name = "mine", Query = "" };
            var item = new Item { ProjectId = _project, ImportId = 1, Line = 1, Text = "text", TextHash = [1] };
            db.AddRange(import, export, check, hook, view, item,
                new Label { ProjectId = _project, Name = "yes", AnswerText = "yes" },
                new Label { ProjectId = _project, Name = "no", AnswerText = "no", Order = 1 });
            await db.SaveChangesAsync(token);
            var delivery = new WebhookDelivery { WebhookId = hook.Id, Event = WebhookEvents.LabelCreated };
            db.Add(delivery);
            await db.SaveChangesAsync(token);
            (_import, _export, _check, _hook, _view) = (import.Id, export.Id, check.Id, hook.Id, view.Id);
            (_item, _delivery) = (item.Id, delivery.Id);
            var project = await db.Projects.SingleAsync(token);
            (project.VisibleImport, project.ItemCount, project.StoppedAt, project.Model) = (import.Id, 1, 1, "fake");
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        _client = await _portal.WithTokenAsync(_lead.Id);
        await _portal.AddMemberAsync(_project, _lead.Id, ProjectRole.Lead);
        // the first use of a token is noted, by a write of its own
        using var used = await _client.GetAsync(Path("settings"));
    }

    public async Task DisposeAsync() => await _portal.DisposeAsync();

    /// <summary>Begins to do something behind a write that takes long, and ends the lead's right in that one.</summary>
    private async Task<T> OvertakenAsync<T>(string name, Func<Task<T>> act, ProjectRole? left)
    {
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously),
            goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = Writes.WriteAsync(async (db, token) =>
        {
            began.SetResult();
            await goOn.Task;
            if (left is { } role)
                await db.Memberships.Where(m => m.UserId == _lead.Id).ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, role), token);
            else await db.Memberships.Where(m => m.UserId == _lead.Id).ExecuteDeleteAsync(token);
        }, CancellationToken.None);
        await began.Task;
        var asked = Writes.Asked;
        var acting = act();
        using var patience = new CancellationTokenSource(Patience.Long);
        while (Writes.Asked == asked && !acting.IsCompleted) await Task.Delay(5, patience.Token);
        var waited = Writes.Asked > asked;
        goOn.SetResult();
        await slow;
        if (!waited)
            Assert.Fail($"{name} did not wait. "
                + (await acting is HttpResponseMessage early ? await early.Content.ReadAsStringAsync() : ""));
        try
        {
            return await acting;
        }
        finally
        {
            await Writes.WriteAsync(async (db, token) =>
            {
                await db.Memberships.Where(m => m.UserId == _lead.Id).ExecuteDeleteAsync(token);
                db.Memberships.Add(new Membership { ProjectId = _project, UserId = _lead.Id, Role = ProjectRole.Lead });
                await db.SaveChangesAsync(token);
            }, CancellationToken.None);
        }
    }

    /// <summary>Everything that one of them would change.</summary>
    private async Task<string> StateAsync()
    {
        await using var db = await _portal.OpenDbAsync();
        var project = await db.Projects.AsNoTracking().SingleAsync();
        var hook = await db.Webhooks.AsNoTracking().SingleAsync();
        return $"{project.Name} {project.State} {project.DeletedAt} {hook.PausedAt} {hook.RemovedAt} {hook.Events} "
            + $"{await db.Jobs.CountAsync()} {await db.Jobs.CountAsync(j => j.CancelRequested)} {await db.Checks.CountAsync()} "
            + $"{await db.Checks.CountAsync(c => c.SkippedAt != null)} {await db.SavedViews.CountAsync()} {await db.Items.CountAsync(
                i => i.Deleted)} {await db.WebhookDeliveries.CountAsync()} {await db.Decisions.CountAsync()} "
            + $"{await db.Users.CountAsync(u => db.Memberships.Any(m => m.UserId == u.Id))} {await db.Imports.CountAsync()}";
    }

    [Fact]
    public async Task Route_OfALeadWhoIsRemovedWhileItWaits_IsRefusedAndChangesNothing()
    {
        var form = JsonSerializer.Deserialize<JsonElement>(await _client.GetStringAsync(Path("settings")));
        using var upload = await _client.PostAsync(Path("uploads?fileName=a.csv"), new StringContent(PoolFixture.Rows(3)));
        var uploaded = await upload.Content.ReadFromJsonAsync<JsonElement>();
        var bodies = new Dictionary<string, object>
        {
            ["PUT settings"] = form, ["PUT members"] = new { userName = "ben", role = "annotator" },
            ["DELETE members/{person}"] = "", ["POST webhooks"] = Hook, ["PUT webhooks/{hook:int}"] = Hook,
            ["DELETE webhooks/{hook:int}"] = "", ["PUT webhooks/{hook:int}/paused"] = new { paused = true },
            ["POST webhooks/{hook:int}/deliveries/{delivery:long}/replay"] = "", ["POST exports"] = new { format = "native" },
            ["POST exports/{export:int}/cancel"] = "", ["POST imports/{import:int}/cancel"] = "",
            ["POST imports"] = new { upload = uploaded.GetProperty("upload"), mapping = uploaded.GetProperty("proposed") },
            ["POST items/bulk"] = new { action = "delete", items = new[] { _item } }, ["POST views"] = new { name = "b", query = "" },
            ["DELETE views/{view:int}"] = "", ["POST decisions"] = new { kind = "reopen" },
        };
        var none = new[] { "POST uploads", "POST items/bulk/{undo}/undo" };
        var ben = await _portal.AddPersonAsync("ben");
        using var tagged = await _client.GetAsync(Path("settings"));
        var tag = tagged.Headers.ETag;
        var before = await StateAsync();
        List<string> wrong = [];

        foreach (var (method, pattern) in LeadRoutes().Order())
        {
            var name = $"{method} {pattern}";
            // a file of the uploader's own; what is to be taken back is the person's own, and looked for before it is written
            if (none.Contains(name)) continue;
            if (!bodies.TryGetValue(name, out var body))
            {
                wrong.Add($"{name} has no body here");
                continue;
            }
            foreach (var left in new ProjectRole?[] { null, ProjectRole.Viewer })
            {
                using var answer = await OvertakenAsync(name, async () =>
                {
                    using var request = new HttpRequestMessage(new(method), Path(pattern.Replace("{hook:int}", $"{_hook}")
                        .Replace("{export:int}", $"{_export}").Replace("{import:int}", $"{_import}").Replace("{view:int}", $"{_view}")
                        .Replace("{delivery:long}", $"{_delivery}").Replace("{person}", ben.Id)));
                    if (body is not string) request.Content = JsonContent.Create(body);
                    else if (method != "DELETE") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                    if (pattern == "settings") request.Headers.IfMatch.Add(tag!);
                    return await _client.SendAsync(request);
                }, left);
                // they say in a code of their own that one is no lead
                var expected = pattern.StartsWith("webhooks", StringComparison.Ordinal) ? HttpStatusCode.BadRequest
                    : pattern.StartsWith("members", StringComparison.Ordinal) ? HttpStatusCode.Conflict : HttpStatusCode.Forbidden;
                if (answer.StatusCode != expected)
                    wrong.Add($"{name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                if (await StateAsync() is var after && after != before) wrong.Add($"{name}: {before} became {after}");
                before = await StateAsync();
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("export.xlsx"), InlineData("export.jsonl"), InlineData("export/native")]
    public async Task File_OfALeadWhoIsRemovedWhileItIsWritten_IsNotHandedOver(string route)
    {
        using var answer = await OvertakenAsync(route, () => _client.GetAsync(Path(route)), left: null);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        await using var db = await _portal.OpenDbAsync();
        Assert.Equal(0, await db.Audit.CountAsync(a => a.What.StartsWith("export")));
    }

    [Fact]
    public async Task Action_OfAPageWhoseLeadIsRemovedWhileItWaits_IsRefusedAndChangesNothing()
    {
        T Of<T>() where T : notnull => _portal.Services.GetRequiredService<T>();
        var (checks, id) = (Of<CheckJobs>(), _lead.Id);
        var form = (await Of<ProjectService>().FindAsync(_project))!.Value.Form;
        form.Name = "Renamed";
        var other = (await Of<ProjectService>().FindAsync(_project))!.Value.Form;
        var before = await StateAsync();

        foreach (var (name, act) in new (string, Func<Task>)[]
        {
            ("save", () => Of<ProjectService>().SaveAsync(_project, form, id)),
            ("create", () => Of<ProjectService>().CreateAsync(other, id)),
            ("delete", () => Of<ProjectService>().DeleteAsync(_project, id)),
            ("archive", () => Of<ProjectStates>().MoveAsync(_project, ProjectMove.Archive, id)),
            ("reopen", () => Of<StopService>().DecideAsync(_project, id, new(DecisionKind.Reopen))),
            ("cancel import", () => Of<ImportService>().CancelAsync(_project, _import, id)),
            ("cancel export", () => Of<DataEfficiency.Portal.Formats.ExportJobs>().CancelAsync(_project, _export, id)),
            ("ask for a check", () => checks.AskAsync(_project, null, id)),
            ("run a check", () => checks.RunAsync(_project, _check, id)),
            ("skip a check", () => checks.SkipAsync(_project, _check, id)),
            ("skip ahead", () => checks.SkipAheadAsync(_project, CheckReason.Doubling, 50, id)),
            ("cancel a check", () => checks.CancelAsync(_project, _check, id)),
            ("rank", () => Of<RankJobs>().EnqueueAsync(_project, id)),
            ("cancel a ranking", () => Of<RankJobs>().CancelAsync(_project, id)),
            ("cancel a calibration", () => Of<CalibrationJobs>().CancelAsync(1, id)),
        })
        {
            var fault = await Record.ExceptionAsync(() => OvertakenAsync(name, async () => { await act(); return 0; }, left: null));
            Assert.True(fault is RightEndedException, $"{name}: {fault}");
            Assert.Equal((name, before), (name, await StateAsync()));
        }
    }

    private static object Hook => new { url = "https://example.org/", events = new[] { "label.created" } };

    private string Path(string route) => $"/api/v1/projects/{_project}/{route}";

    private IEnumerable<(string Method, string Pattern)> LeadRoutes() =>
        from endpoint in _portal.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        where endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy == ProjectPolicies.Lead)
        let pattern = endpoint.RoutePattern.RawText!.TrimStart('/')
        where pattern.StartsWith("api/v1/projects/{id:int}/", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        where method is not ("GET" or "HEAD")
        select (method, pattern["api/v1/projects/{id:int}/".Length..]);
}
