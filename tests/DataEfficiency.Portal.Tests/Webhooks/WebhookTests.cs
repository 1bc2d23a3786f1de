using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Webhooks;

/// <summary>From what happens to the receiver: noted with it, sent, tried again, paused, resumed, replayed.</summary>
public sealed class WebhookTests(WebhookWorld world) : IClassFixture<WebhookWorld>, IDisposable
{
    private readonly Receiver _receiver = new();

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task Answer_WhereSomebodyListens_IsToldWithItsItem_AndOnlyWhatWasChosen()
    {
        await world.StartAsync();
        var (hook, secret) = await world.ListenAsync(_receiver.Url, WebhookEvents.LabelCreated | WebhookEvents.ItemCompleted
            | WebhookEvents.LabelRevised);
        var ada = await world.AddAnnotatorAsync($"ada{world.ProjectId}");
        var item = (await ada.NextAsync()).Cards[0].ItemId;
        await ada.SubmitAsync(ada.Answer(item, 1));
        var revised = ada.Answer(item, 2);
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await ada.SubmitAsync(revised);
        await world.HappenAsync(WebhookEvents.ImportDone, new { });

        await world.SendAsync();

        Assert.Equal(["label.created", "item.completed", "label.revised"],
            _receiver.Came.Select(c => c.Headers[WebhookClient.EventHeader]));
        var (headers, body) = _receiver.Came.First();
        var told = JsonDocument.Parse(body).RootElement;
        Assert.Equal((world.ProjectId, headers[WebhookClient.DeliveryHeader]),
            (told.GetProperty("project").GetInt32(), told.GetProperty("id").GetString()));
        var data = told.GetProperty("data");
        Assert.Equal((item, ada.UserId, world.LabelIds[1]), (data.GetProperty("item").GetInt64(), data.GetProperty("by").GetString(),
            data.GetProperty("answer").GetProperty("label").GetInt32()));
        Assert.Equal(WebhookSignature.Of(secret, body, world.Clock.GetUtcNow()), headers[WebhookSignature.Header]);
        Assert.All(await world.DeliveriesAsync(hook), d => Assert.Equal((1, 200, null, null), (d.Tries, d.Status, d.Fault, d.DueAt)));
    }

    [Fact]
    public async Task Webhook_OfALeadWhoIsGone_GoesOn_AndTheOtherLeadsSeeWhoMadeIt()
    {
        await world.StartAsync();
        var (hook, _) = await world.ListenAsync(_receiver.Url, WebhookEvents.ImportDone);
        var (maker, other) = (world.Lead, await world.AddPersonAsync($"other{world.ProjectId}"));
        await world.AddMemberAsync(world.ProjectId, other.Id, ProjectRole.Lead);
        var client = await world.WithTokenAsync(other.Id);
        Assert.Equal((maker.DisplayName, true), await MadeByAsync());

        Assert.Null(await world.Services.GetRequiredService<ProjectMembers>()
            .RemoveAsync(TestPrincipal.Of(other), world.ProjectId, maker.Id));
        await world.HappenAsync(WebhookEvents.ImportDone, new { });
        await world.SendAsync();

        Assert.Single(_receiver.Came);
        Assert.Equal((maker.DisplayName, false), await MadeByAsync());
        var page = await (await world.SignedInAsync(other.UserName!)).GetStringAsync($"/projects/{world.ProjectId}/settings");
        Assert.Contains($"made by {maker.DisplayName}, who leads this project no more",
            Regex.Replace(WebUtility.HtmlDecode(page), "</?bdi>|[\u2066-\u2069]", ""));
        Assert.Equal(hook, Assert.Single(await world.DeliveriesAsync(hook)).WebhookId);

        async Task<(string?, bool)> MadeByAsync()
        {
            var line = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{world.ProjectId}/webhooks"))[0];
            return (line.GetProperty("by").GetString(), line.GetProperty("byLeads").GetBoolean());
        }
    }

    [Fact]
    public async Task Event_WhoseChangeFails_IsNotTold()
    {
        await world.StartAsync();
        var (hook, _) = await world.ListenAsync(_receiver.Url, WebhookEvents.SchemaChanged);

        await Assert.ThrowsAsync<InvalidOperationException>(() => world.Services.GetRequiredService<WriteQueue>()
            .WriteAsync(async (db, token) =>
            {
                await WebhookOutbox.AddAsync(db, world.ProjectId, WebhookEvents.SchemaChanged, 0, () => new { }, token);
                throw new InvalidOperationException("no");
            }, CancellationToken.None));

        Assert.Empty(await world.DeliveriesAsync(hook));
    }

    [Fact]
    public async Task Delivery_ThatFails_IsTriedLaterAndLater_ThenTheWebhookPauses_AndResumedItGoes()
    {
        await world.StartAsync();
        var (hook, _) = await world.ListenAsync(_receiver.Url, WebhookEvents.ReviewDone);
        await world.HappenAsync(WebhookEvents.ReviewDone, new { item = 1 });
        _receiver.Answer = "500 Broken";
        foreach (var (tries, pause) in WebhookSender.Pauses.Index())
        {
            await world.SendAsync();
            var row = Assert.Single(await world.DeliveriesAsync(hook));
            Assert.Equal((tries + 1, 500, WebhookFault.Status, world.Clock.GetUtcNow().ToUnixTimeMilliseconds()
                + (long)pause.TotalMilliseconds), (row.Tries, row.Status, row.Fault, row.DueAt));
            // not before its time
            world.Clock.Advance(pause - TimeSpan.FromMilliseconds(1));
            await world.SendAsync();
            Assert.Equal(tries + 1, _receiver.Came.Count);
            world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
        await world.SendAsync();

        var paused = Assert.Single(await world.Book.ListAsync(world.ProjectId, CancellationToken.None)).Hook;
        Assert.Equal((WebhookFault.Status, 8), (paused.PausedBy, _receiver.Came.Count));
        Assert.NotNull(paused.PausedAt);
        // what happens meanwhile is in the log, and is not sent
        await world.HappenAsync(WebhookEvents.ReviewDone, new { item = 2 });
        await world.SendAsync();
        var missed = (await world.DeliveriesAsync(hook))[1];
        Assert.Equal((0, WebhookFault.Paused, null, 8), (missed.Tries, missed.Fault, missed.DueAt, _receiver.Came.Count));

        _receiver.Answer = "204 Good";
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await world.Book.PauseAsync(TestPrincipal.Of(world.Lead), world.ProjectId, hook, false, CancellationToken.None));
        await world.HappenAsync(WebhookEvents.ReviewDone, new { item = 3 });
        await world.SendAsync();
        Assert.All((await world.DeliveriesAsync(hook)).Where(d => d.Id != missed.Id),
            d => Assert.Equal((1, 204, null), (d.Tries, d.Status, d.DueAt)));
        Assert.Equal(10, _receiver.Came.Count);
        // whoever wants it has it sent after all
        Assert.Null(await world.Book.ReplayAsync(TestPrincipal.Of(world.Lead), world.ProjectId, hook, missed.Id, CancellationToken.None));
        await world.SendAsync();
        Assert.Equal(missed.Body, _receiver.Came.Last().Body);
    }

    [Fact]
    public async Task Replay_OfADelivery_SendsTheSameEventAgain()
    {
        await world.StartAsync();
        var (hook, _) = await world.ListenAsync(_receiver.Url, WebhookEvents.ExportDone);
        await world.HappenAsync(WebhookEvents.ExportDone, new { labels = 3 });
        await world.SendAsync();
        var sent = Assert.Single(await world.DeliveriesAsync(hook));

        Assert.Null(await world.Book.ReplayAsync(TestPrincipal.Of(world.Lead), world.ProjectId, hook, sent.Id, CancellationToken.None));
        await world.SendAsync();

        Assert.Equal([sent.EventId, sent.EventId], (await world.DeliveriesAsync(hook)).Select(d => d.EventId));
        Assert.Equal([sent.Body, sent.Body], _receiver.Came.Select(c => c.Body));
    }

    [Fact]
    public async Task Api_MakesAWebhookWhoseSecretIsToldOnce_AndKnowsNoneOfAnotherProject()
    {
        await world.StartAsync();
        using var client = await world.WithTokenAsync(world.Lead.Id);
        var (own, hooks) = (world.ProjectId, $"/api/v1/projects/{world.ProjectId}/webhooks");
        using var made = await client.PostAsJsonAsync(hooks, new { url = _receiver.Url, events = new[] { "forecast.stop" } });
        var reply = await made.Content.ReadFromJsonAsync<WebhookEndpoints.WebhookMadeReply>();
        Assert.StartsWith("whs_", reply!.Secret);
        var listed = await client.GetStringAsync(hooks);
        Assert.Contains("forecast.stop", listed);
        Assert.DoesNotContain(reply.Secret, listed);
        await using (var db = await world.OpenDbAsync())
        {
            Assert.DoesNotContain(reply.Secret, (await db.Webhooks.SingleAsync(w => w.Id == reply.Id)).ProtectedSecret);
            Assert.Equal("webhook.made", await db.Audit.OrderBy(a => a.Id).Where(a => a.ProjectId == own).Select(a => a.What).LastAsync());
        }
        // whoever got no answer asks again under the same key, and has the same webhook and secret
        client.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        List<string> once = [];
        for (var i = 0; i < 2; i++)
            once.Add(await (await client.PostAsJsonAsync(hooks, new { url = _receiver.Url, events = new[] { "import.done" } }))
                .Content.ReadAsStringAsync());
        Assert.Equal(once[0], once[1]);
        Assert.Contains("whs_", once[0]);
        Assert.Equal(2, (await world.Book.ListAsync(own, CancellationToken.None)).Count);
        client.DefaultRequestHeaders.Remove("Idempotency-Key");
        await using (var db = await world.OpenDbAsync())
            Assert.DoesNotContain("whs_", (await db.BulkRuns.SingleAsync(r => r.ProjectId == own)).Reply);
        using var refused = await client.PostAsJsonAsync(hooks, new { url = _receiver.Url, events = new[] { "label.deleted" } });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        // another project of the same lead
        await world.StartAsync();
        await world.AddMemberAsync(own, world.Lead.Id, ProjectRole.Lead);
        using var other = await world.WithTokenAsync(world.Lead.Id);
        var foreign = $"/api/v1/projects/{world.ProjectId}/webhooks/{reply.Id}";
        Assert.Equal(HttpStatusCode.NotFound, (await other.DeleteAsync(foreign)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await other.PutAsJsonAsync(foreign, new { url = _receiver.Url,
            events = new[] { "forecast.stop" } })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await other.DeleteAsync($"{hooks}/{reply.Id}")).StatusCode);
    }
}
