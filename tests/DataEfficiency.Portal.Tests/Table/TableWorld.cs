using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Tests.Table;

/// <summary>A project in a database of its own, without a portal around it.</summary>
public sealed class TableWorld : IDbContextFactory<AppDbContext>, IAsyncDisposable
{
    public const string Lead = "lead", Ada = "ada", Bob = "bob";
    public const long Then = 1_767_225_600_000; // 2026-01-01

    private readonly string _folder = Directory.CreateTempSubdirectory("table-test-").FullName;
    private readonly DbContextOptions<AppDbContext> _options;

    public TableWorld()
    {
        var file = Path.Combine(_folder, "app.db");
        File.WriteAllBytes(file, PortalFactory.EmptyDatabase);
        _options = new DbContextOptionsBuilder<AppDbContext>().UseDatabase($"Data Source={file};Pooling=False").Options;
        Writes = new WriteQueue(this, Clock);
        Table = new ItemTable(this);
    }

    public ManualTime Clock { get; } = new();

    public WriteQueue Writes { get; }

    public ItemTable Table { get; }

    public int ProjectId { get; private set; }

    public IReadOnlyList<Label> Labels { get; private set; } = [];

    /// <summary>Ids, by line from 0.</summary>
    public IReadOnlyList<long> Items { get; private set; } = [];

    public AppDbContext CreateDbContext() => new(_options);

    /// <summary>Items of one place each, ranked in their order.</summary>
    public async Task StartAsync(int items, Action<int, Item>? change = null, TaskType type = TaskType.SingleChoice)
    {
        await using var db = CreateDbContext();
        await ItemSearch.PrepareAsync(db);
        db.Users.AddRange(new[] { Lead, Ada, Bob }.Select(n => new AppUser { Id = n, UserName = n, DisplayName = n }));
        var project = new Project { Name = "Pool", TaskType = type, State = ProjectState.Active, VisibleImport = 1, ItemCount = items,
            RankVersion = 1, CreatedBy = Lead };
        db.Add(project);
        await db.SaveChangesAsync();
        ProjectId = project.Id;
        db.Memberships.AddRange(new[] { Lead, Ada, Bob }.Select(n => new Membership { ProjectId = ProjectId, UserId = n,
            Role = n == Lead ? ProjectRole.Lead : ProjectRole.Annotator }));
        db.Labels.AddRange(Enumerable.Range(0, 3).Select(i => new Label { ProjectId = ProjectId, Name = $"label {i}",
            AnswerText = $"answer {i}", Order = i }));
        for (var i = 0; i < items; i++)
        {
            var item = new Item { ProjectId = ProjectId, ImportId = 1, Line = i + 1, Text = $"text {i}", RandomRank = items - 1 - i };
            change?.Invoke(i, item);
            db.Add(item);
        }
        await db.SaveChangesAsync();
        var all = await db.Items.OrderBy(i => i.Id).ToListAsync();
        db.Slots.AddRange(all.Select((i, n) => new Slot { ProjectId = ProjectId, ItemId = i.Id, ImportId = 1, Split = i.Split,
            RandomRank = i.RandomRank, ActiveRank = n }));
        await db.SaveChangesAsync();
        Items = [.. all.Select(i => i.Id)];
        Labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == ProjectId).OrderBy(l => l.Order).ToListAsync();
    }

    /// <summary>A person's answer, in a place of the item or, where there is none, in a new one.</summary>
    public async Task<long> AnswerAsync(int item, string person, int label, int seconds = 5, int day = 0,
        AnswerRole role = AnswerRole.Annotator, Stratum stratum = Stratum.Random)
    {
        await using var db = CreateDbContext();
        var project = await db.Projects.SingleAsync(p => p.Id == ProjectId);
        var given = new Answer
        {
            SubmissionId = Guid.NewGuid(), ProjectId = ProjectId, ItemId = Items[item], UserId = person, LabelId = Labels[label].Id,
            AnswerText = Labels[label].AnswerText, AnswerJson = $"{{\"label\":{Labels[label].Id}}}", Role = role, Stratum = stratum,
            ActiveMilliseconds = seconds * 1000, CreatedAt = Then + day * 86_400_000L, LabelVersion = ++project.LabelVersion,
        };
        foreach (var part in project.Kind().Parts(given)) given.Parts.Add(part);
        db.Add(given);
        await db.SaveChangesAsync();
        var slot = await db.Slots.FirstOrDefaultAsync(s => s.ItemId == Items[item] && s.AnswerId == null);
        if (slot is null && role == AnswerRole.Annotator)
            db.Add(slot = new Slot { ProjectId = ProjectId, ItemId = Items[item], ImportId = 1, SlotNo = 1 });
        if (slot is not null) (slot.AnswerId, slot.UserId, slot.Queue) = (given.Id, person, stratum);
        await db.SaveChangesAsync();
        await FinalAnswers.SettleAsync(db, project, Items[item], CancellationToken.None);
        return given.Id;
    }

    public async Task WriteAsync(Func<AppDbContext, Task> work)
    {
        await using var db = CreateDbContext();
        await work(db);
        await db.SaveChangesAsync();
    }

    /// <summary>Lines of the items that a filter finds, in its order.</summary>
    public async Task<IReadOnlyList<int>> LinesAsync(ItemFilter filter, int rows = ItemTable.PageRows)
    {
        List<int> lines = [];
        ItemPlace? place = null;
        do
        {
            var page = await Table.PageAsync(ProjectId, filter, place, CancellationToken.None, rows);
            lines.AddRange(page.Rows.Select(r => r.Line));
            place = page.Next;
        }
        while (place is not null);
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        await Writes.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
