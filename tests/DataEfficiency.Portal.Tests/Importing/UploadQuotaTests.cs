using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

public sealed class UploadQuotaTests
{
    [Fact]
    public async Task Uploads_OverWhatAPersonMayStore_AreRefusedAndTakeNoRoom()
    {
        await using var portal = new PortalFactory { Settings = { ["Uploads:PerPerson"] = "250" } };
        var ada = await portal.WithTokenAsync((await portal.AddPersonAsync("ada", GlobalRoles.Admin)).Id);
        var ben = await portal.WithTokenAsync((await portal.AddPersonAsync("ben", GlobalRoles.Lead)).Id);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [await PostAsync(ada), await PostAsync(ada)]);
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], [await PostAsync(ada), await PostAsync(ada)]);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [await PostAsync(ben), await PostAsync(ben)]);

        static async Task<HttpStatusCode> PostAsync(HttpClient client) => (await client.PostAsync("/api/v1/uploads?fileName=a.csv",
            new ByteArrayContent(Encoding.ASCII.GetBytes("text\n" + string.Concat(Enumerable.Repeat("hello there\n", 9)))))).StatusCode;
    }

    [Fact]
    public async Task Uploads_ManySmallFiles_TakeAThousandthOfTheRoomEach()
    {
        await using var portal = new PortalFactory { Settings = { ["Uploads:PerPerson"] = "2000000" } };
        var ada = await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var uploads = portal.Services.GetRequiredService<UploadStore>();
        Task<Upload> SaveAsync() => uploads.SaveAsync(new MemoryStream([65]), "a.txt", ada.Id, CancellationToken.None);
        var first = await SaveAsync();
        for (var i = 1; i < 1000; i++) await SaveAsync();

        await Assert.ThrowsAsync<ImportException>(SaveAsync);
        uploads.Delete(first.Id);
        await SaveAsync();
    }

    [Fact]
    public async Task Import_OverWhatAProjectMayHold_IsRefused()
    {
        await using var portal = new PortalFactory { Settings = { ["Uploads:PerProject"] = "100" } };
        var ada = await portal.WithTokenAsync((await portal.AddPersonAsync("ada", GlobalRoles.Admin)).Id);
        var project = $"/api/v1/projects/{(await portal.AddProjectAsync()).Id}";
        var file = Encoding.ASCII.GetBytes("text\n" + string.Concat(Enumerable.Repeat("hello there\n", 9)));
        var upload = JsonNode.Parse(await (await ada.PostAsync($"{project}/uploads?fileName=a.csv", new ByteArrayContent(file)))
            .Content.ReadAsStringAsync())!;

        var answer = await ada.PostAsync($"{project}/imports", new StringContent(
            new JsonObject { ["upload"] = upload["upload"]!.DeepClone(), ["mapping"] = upload["proposed"]!.DeepClone() }.ToJsonString(),
            Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Uploads:PerProject", await answer.Content.ReadAsStringAsync());
    }
}
