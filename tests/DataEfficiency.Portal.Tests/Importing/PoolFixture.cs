using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>A portal with one project of two answers and a lead who imports over HTTP.</summary>
internal sealed class PoolFixture : IAsyncDisposable
{
    public required PortalFactory Portal { get; init; }
    public required HttpClient Lead { get; init; }
    public required string LeadId { get; init; }
    public required int ProjectId { get; init; }

    public static Task<PoolFixture> StartAsync(params string[] answers) => StartAsync(new PortalFactory(), answers);

    public static async Task<PoolFixture> StartAsync(PortalFactory portal, params string[] answers)
    {
        var lead = await portal.AddPersonAsync("lead@example.org", GlobalRoles.Admin);
        var project = await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var made = new Project { Name = "Bank enquiries", Instruction = "Which intent?", State = ProjectState.Setup, Seed = 7,
                CreatedBy = lead.Id };
            db.Projects.Add(made);
            await db.SaveChangesAsync(token);
            foreach (var answer in answers.Length > 0 ? answers : ["refund", "card arrival"])
                db.Labels.Add(new Label { ProjectId = made.Id, Name = answer, AnswerText = answer });
            await db.SaveChangesAsync(token);
            return made;
        }, CancellationToken.None);
        return new PoolFixture { Portal = portal, Lead = await portal.WithTokenAsync(lead.Id), LeadId = lead.Id, ProjectId = project.Id };
    }

    /// <summary>Another project of the same portal, which imports in the same way.</summary>
    public async Task<PoolFixture> CopyAsync(TaskType type, IReadOnlyList<string> answers)
    {
        var id = await Portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var made = new Project { Name = "Copy", Instruction = "Which?", State = ProjectState.Setup, Seed = 7, CreatedBy = LeadId,
                TaskType = type };
            db.Projects.Add(made);
            await db.SaveChangesAsync(token);
            db.Labels.AddRange(answers.Select((a, i) => new Label { ProjectId = made.Id, Name = a, AnswerText = a, Order = i }));
            await db.SaveChangesAsync(token);
            return made.Id;
        }, CancellationToken.None);
        return new PoolFixture { Portal = Portal, Lead = Lead, LeadId = LeadId, ProjectId = id };
    }

    /// <summary>A CSV of different texts with a label each.</summary>
    public static string Rows(int count)
    {
        var file = new StringBuilder("text,label\n", count * 50);
        for (var i = 0; i < count; i++) file.Append($"I wait for card {i}: is it lost?,{(i % 2 == 0 ? "refund" : "card arrival")}\n");
        return file.ToString();
    }

    public Task<Guid> UploadAsync(string file, string name) => UploadAsync(Encoding.UTF8.GetBytes(file), name);

    public async Task<Guid> UploadAsync(byte[] file, string name)
    {
        var answer = await Lead.PostAsync($"/api/v1/projects/{ProjectId}/uploads?fileName={name}", new ByteArrayContent(file));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("upload").GetGuid();
    }

    public Task<int> StartAsync(string file, string name, AnswerUse use, Func<ColumnMapping, ColumnMapping>? change = null) =>
        StartAsync(Encoding.UTF8.GetBytes(file), name, use, change);

    public async Task<int> StartAsync(byte[] file, string name, AnswerUse use, Func<ColumnMapping, ColumnMapping>? change = null)
    {
        var upload = await UploadAsync(file, name);
        var format = ImportPreview.Of(() => new MemoryStream(file), name);
        var mapping = format.Proposed with { Use = use };
        var service = Portal.Services.GetRequiredService<ImportService>();
        return await service.StartAsync(ProjectId, upload, change is null ? mapping : change(mapping), LeadId);
    }

    /// <summary>A file on disk, of which nothing is held.</summary>
    public async Task<int> StartAsync(string path, AnswerUse use)
    {
        await using var file = File.OpenRead(path);
        var uploads = Portal.Services.GetRequiredService<UploadStore>();
        var upload = await uploads.SaveAsync(file, Path.GetFileName(path), LeadId, CancellationToken.None);
        var mapping = ImportPreview.Of(() => uploads.Open(upload.Id), upload.FileName).Proposed with { Use = use };
        return await Portal.Services.GetRequiredService<ImportService>().StartAsync(ProjectId, upload.Id, mapping, LeadId);
    }

    public async Task<Import> ImportAsync(string file, string name, AnswerUse use, Func<ColumnMapping, ColumnMapping>? change = null) =>
        await FinishedAsync(await StartAsync(file, name, use, change));

    public async Task<Import> ImportAsync(byte[] file, string name, AnswerUse use, Func<ColumnMapping, ColumnMapping>? change = null) =>
        await FinishedAsync(await StartAsync(file, name, use, change));

    public async Task<Import> FindAsync(int id) => (await Portal.Services.GetRequiredService<ImportService>().FindAsync(ProjectId, id))!;

    public Task<IReadOnlyList<Import>> ImportsAsync() => Portal.Services.GetRequiredService<ImportService>().ListAsync(ProjectId);

    /// <param name="patience">How often the longest wait of other tests, for files that are large.</param>
    public Task<Import> FinishedAsync(int id, int patience = 1) =>
        UntilAsync(id, i => i.State is WorkState.Done or WorkState.Failed or WorkState.Cancelled, patience);

    public async Task<Import> UntilAsync(int id, Func<Import, bool> reached, int patience = 1)
    {
        using var limit = new CancellationTokenSource(patience * Patience.Long);
        while (true)
        {
            var import = await FindAsync(id);
            if (reached(import)) return import;
            await Task.Delay(10, limit.Token);
        }
    }

    public async Task AssertNothingImportedAsync()
    {
        await using var db = await Portal.OpenDbAsync();
        Assert.Equal((0, 0, 0), (await db.Items.CountAsync(), await db.Slots.CountAsync(), await db.Answers.CountAsync()));
        var project = await db.Projects.SingleAsync();
        Assert.Equal((0, 0), (project.VisibleImport, project.ItemCount));
    }

    public async ValueTask DisposeAsync()
    {
        Lead.Dispose();
        await Portal.DisposeAsync();
    }
}
