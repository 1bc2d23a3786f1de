using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Table;

public sealed class ItemEndpointsTests : IAsyncLifetime
{
    private readonly LabelingWorld _world = new();
    private HttpClient _lead = null!;

    public async Task InitializeAsync()
    {
        await _world.AddPoolAsync(5);
        var person = await _world.AddPersonAsync("lead");
        await _world.AddMemberAsync(_world.ProjectId, person.Id, ProjectRole.Lead);
        _lead = await _world.WithTokenAsync(person.Id);
        _lead.BaseAddress = new Uri(_lead.BaseAddress!, $"/api/v1/projects/{_world.ProjectId}/");
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private async Task<JsonElement> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var reply = await _lead.GetAsync(path);
        Assert.Equal(status, reply.StatusCode);
        return await reply.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement> PostAsync(string path, object body, string? key = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var reply = await _lead.SendAsync(request);
        Assert.Equal((status, ""), (reply.StatusCode, reply.StatusCode == status ? "" : await reply.Content.ReadAsStringAsync()));
        return await reply.Content.ReadFromJsonAsync<JsonElement>();
    }

    [Fact]
    public async Task Items_PageByPage_ByAnAllowedColumn_AnyOtherIsRefused()
    {
        var first = await GetAsync("items?sort=-file&take=3");
        var last = await GetAsync($"items?sort=-file&take=3&after={first.GetProperty("next").GetString()}");

        Assert.Equal([5, 4, 3, 2, 1], first.GetProperty("items").EnumerateArray().Concat(last.GetProperty("items").EnumerateArray())
            .Select(i => i.GetProperty("line").GetInt32()));
        Assert.Equal((5, JsonValueKind.Null), (first.GetProperty("count").GetInt32(), last.GetProperty("next").ValueKind));
        Assert.Equal(1, (await GetAsync("items?text=text+3&status=open")).GetProperty("count").GetInt32());
        foreach (var query in new[] { "passwordHash=x", "sort=passwordHash", "status=9", "after=x", "take=0", "take=1001" })
            Assert.Equal("bad-filter", (await GetAsync($"items?{query}", HttpStatusCode.BadRequest)).GetProperty("code").GetString());
        var item = first.GetProperty("items")[0].GetProperty("itemId").GetInt64();
        Assert.Equal(0, (await GetAsync($"items/{item}")).GetProperty("answers").GetArrayLength());
        await GetAsync("items/999999", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Bulk_OfMoreIdsThanARequestHas_IsRefused()
    {
        Assert.Equal("too-many", (await PostAsync("items/bulk", new { action = "delete", items = Enumerable.Range(0, 10_001) },
            status: HttpStatusCode.BadRequest)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Bulk_UnderOneKey_IsDoneOnce_AndTakenBack()
    {
        var ask = new { action = "delete", filter = "status=open" };
        Assert.Equal(5, (await PostAsync("items/bulk", new { action = "delete", filter = "", countOnly = true })).GetProperty("changed")
            .GetInt32());
        var done = await PostAsync("items/bulk", ask, "k1");
        var again = await PostAsync("items/bulk", ask, "k1");

        Assert.Equal(5, done.GetProperty("changed").GetInt32());
        Assert.Equal(done.GetRawText(), again.GetRawText());
        Assert.Equal("other-key", (await PostAsync("items/bulk", new { action = "restore", filter = "" }, "k1", HttpStatusCode.Conflict))
            .GetProperty("code").GetString());
        Assert.Equal(0, (await GetAsync("items")).GetProperty("count").GetInt32());
        var undo = $"items/bulk/{done.GetProperty("undo").GetGuid()}/undo";
        Assert.Equal(5, (await PostAsync(undo, new { })).GetProperty("restored").GetInt32());
        await PostAsync(undo, new { }, status: HttpStatusCode.NotFound);
        Assert.Equal(5, (await GetAsync("items")).GetProperty("count").GetInt32());
        foreach (var wrong in new object[] { new { action = "drop", filter = "" }, new { action = "restore, delete", filter = "" },
            new { action = "delete" }, new { action = "delete", filter = "", items = new[] { 1 } },
            new { action = "delete", filter = "passwordHash=x" } })
            await PostAsync("items/bulk", wrong, status: HttpStatusCode.BadRequest);
        await using var db = await _world.OpenDbAsync();
        Assert.Equal(["items.delete", "items.delete.undo"], await db.Audit.Where(a => a.What.StartsWith("items.")).OrderBy(a => a.Id)
            .Select(a => a.What).ToListAsync());
    }

    [Fact]
    public async Task Bulk_BeforeThePortalEnded_IsShownAndTakenBackAfterIt()
    {
        await using var first = new LabelingWorld { KeepDataFolder = true };
        await first.AddPoolAsync(250);
        var lead = await first.AddPersonAsync("lead");
        await first.AddMemberAsync(first.ProjectId, lead.Id, ProjectRole.Lead);
        var items = $"/api/v1/projects/{first.ProjectId}/items";
        using var before = await first.WithTokenAsync(lead.Id);
        using var done = await before.PostAsJsonAsync($"{items}/bulk", new { action = "delete", filter = "" });
        var undo = (await done.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("undo").GetGuid();
        await first.DisposeAsync();

        await using var second = new LabelingWorld { DataFolder = first.DataFolder };
        using var browser = await second.SignedInAsync("lead");
        using var after = await second.WithTokenAsync(lead.Id);

        async Task<string> PageAsync() => await browser.GetStringAsync($"/projects/{first.ProjectId}/items");
        Assert.Matches("250 items deleted[^<]*<button[^>]*>Undo", (await PageAsync()).ReplaceLineEndings(" "));
        using var undone = await after.PostAsJsonAsync($"{items}/bulk/{undo}/undo", new { });
        Assert.Equal(250, (await undone.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("restored").GetInt32());
        Assert.Equal(250, (await after.GetFromJsonAsync<JsonElement>(items)).GetProperty("count").GetInt32());
        Assert.DoesNotContain(">Undo", await PageAsync());
        await using var db = await second.OpenDbAsync();
        Assert.Empty(db.BulkUndos);
        Assert.Contains("\"items\":250", (await db.Audit.SingleAsync(a => a.What == "items.delete.undo")).After);
    }
}
