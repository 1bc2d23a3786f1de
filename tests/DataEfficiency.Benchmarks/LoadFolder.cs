// A data folder for `simulate`: a project as it is after months, written straight into the database. Answering 100,000 items by HTTP would
// take an hour.
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Benchmarks;

internal static class LoadFolder
{
    private const int Chunk = 5000, Choices = 12, EarlierPeople = 20;
    public const string Password = "correct horse battery";

    /// <summary>Every item may be answered twice; the first <paramref name="answers"/> of them have one, of earlier people.</summary>
    public static async Task WriteAsync(string folder, int items, int answers, int annotators)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "app.db");
        if (File.Exists(file)) throw new ArgumentException($"{file} is there already: choose another folder.");
        var options = new DbContextOptionsBuilder<AppDbContext>()
            .UseDatabase(new SqliteConnectionStringBuilder { DataSource = file }.ToString()).Options;
        await using var db = new AppDbContext(options);
        await db.Database.MigrateAsync();
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        await using var whole = await db.Database.BeginTransactionAsync();

        var project = new Project
        {
            Name = $"Load: {items} items", Instruction = "Which intent?", Model = ModelCatalog.Bundled, State = ProjectState.Active,
            Seed = 1, VisibleImport = 1, ItemCount = items, RankVersion = 1, LabelVersion = answers, ZeroShot = .3, PricePerLabel = .1m,
        };
        db.Add(project);
        await db.SaveChangesAsync();
        var people = await AddPeopleAsync(db, project.Id, annotators, folder);
        var choices = Enumerable.Range(0, Choices)
            .Select(i => new Label { ProjectId = project.Id, Name = $"intent {i}", AnswerText = $"intent {i}", Order = i })
            .ToList();
        db.AddRange(choices);
        // whose the items are: a later import is another one
        db.Add(new Import
        {
            ProjectId = project.Id, FileName = "load.csv", Rows = items, Added = items, Bytes = 1,
            Job = new Job { Kind = JobKind.Import, ProjectId = project.Id, State = WorkState.Done, Done = 1, Total = 1 },
        });
        var draw = new Draw { ProjectId = project.Id, Instruction = project.Instruction };
        db.Add(draw);
        var ranking = new Ranking { ProjectId = project.Id, Model = project.Model };
        db.Add(ranking);
        await db.SaveChangesAsync();
        // nothing is watched for changes here: the row is told
        (project.DrawId, project.RankingId, db.Entry(project).State) = (draw.Id, ranking.Id, EntityState.Modified);
        await db.SaveChangesAsync();
        for (var start = 0; start < items; start += Chunk)
            await AddItemsAsync(db, project, choices, people, start, Math.Min(Chunk, items - start), answers);
        db.Add(new Job { Kind = JobKind.Ranking, ProjectId = project.Id, State = WorkState.Done, Done = items, Total = items });
        await db.SaveChangesAsync();
        await FinalAnswers.SettleAllAsync(db, CancellationToken.None);
        await whole.CommitAsync();
        Console.WriteLine($"{file}: project {project.Id}, {items} items, {answers} answers; tokens of {annotators} annotators in "
            + $"{Path.Combine(folder, "people.txt")}; user name lead, password {Password}");
    }

    /// <returns>Those who gave the answers that are there.</returns>
    private static async Task<List<string>> AddPeopleAsync(AppDbContext db, int projectId, int annotators, string folder)
    {
        AppUser Person(string name) => new()
        {
            UserName = name, NormalizedUserName = name.ToUpperInvariant(), DisplayName = name, SecurityStamp = Guid.NewGuid().ToString(),
        };
        var lead = Person("lead");
        lead.PasswordHash = new PasswordHasher<AppUser>().HashPassword(lead, Password);
        var labelling = Enumerable.Range(0, annotators).Select(i => Person($"annotator{i}")).ToList();
        var earlier = Enumerable.Range(0, EarlierPeople).Select(i => Person($"earlier{i}")).ToList();
        db.AddRange([lead, .. labelling, .. earlier]);
        db.Add(new Membership { ProjectId = projectId, UserId = lead.Id, Role = ProjectRole.Lead });
        db.AddRange(labelling.Concat(earlier)
            .Select(u => new Membership { ProjectId = projectId, UserId = u.Id, Role = ProjectRole.Annotator }));
        var secrets = labelling.ConvertAll(_ => "de_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        db.AddRange(labelling.Zip(secrets, (u, s) =>
            new AccessToken { UserId = u.Id, Name = "load", Hash = SHA256.HashData(Encoding.UTF8.GetBytes(s)) }));
        await db.SaveChangesAsync();
        await File.WriteAllLinesAsync(Path.Combine(folder, "people.txt"), secrets);
        return earlier.ConvertAll(u => u.Id);
    }

    private static async Task AddItemsAsync(AppDbContext db, Project project, List<Label> choices, List<string> people, int start,
        int count, int answers)
    {
        var random = new Random(start);
        var items = Enumerable.Range(start, count).Select(i => (Number: i, Text: Text(i, random))).Select(i => new Item
        {
            ProjectId = project.Id, ImportId = 1, Line = i.Number + 1, Text = i.Text,
            // as an import's: the next one compares its texts with these
            TextHash = SHA256.HashData(Encoding.UTF8.GetBytes(i.Text)),
            RandomRank = (int)(i.Number * 7919L % project.ItemCount),
        }).ToList();
        db.AddRange(items);
        await db.SaveChangesAsync();
        db.AddRange(items.Select(i => new ItemScore
        {
            ItemId = i.Id, RankingId = project.RankingId!.Value, Confidence = random.NextDouble(),
        }));
        db.AddRange(items.Where(i => i.Line <= Draw.Kept)
            .Select(i => new DrawItem { DrawId = project.DrawId!.Value, Place = i.Line - 1, ItemId = i.Id }));
        var given = items.Where((_, n) => start + n < answers).Select((item, n) => new Answer
        {
            SubmissionId = Guid.NewGuid(), ProjectId = project.Id, ItemId = item.Id, UserId = people[(start + n) % people.Count],
            LabelId = choices[item.Line % Choices].Id, AnswerText = choices[item.Line % Choices].AnswerText,
            AnswerJson = $"{{\"label\":{choices[item.Line % Choices].Id}}}", ActiveMilliseconds = random.Next(1000, 20_000),
            Stratum = item.Line <= 32 ? Stratum.First32 : item.Line % 5 == 0 ? Stratum.Random : Stratum.Active,
            CreatedAt = 1_700_000_000_000 + item.Line, LabelVersion = item.Line,
            Parts = { new AnswerPart { ItemId = item.Id, LabelId = choices[item.Line % Choices].Id } },
        }).ToList();
        db.AddRange(given);
        await db.SaveChangesAsync();
        for (var no = 0; no < 2; no++)
            db.AddRange(items.Select((item, n) => new Slot
            {
                ProjectId = project.Id, ItemId = item.Id, ImportId = 1, SlotNo = no, RandomRank = item.RandomRank,
                ActiveRank = item.Line - 1, AnswerId = no == 0 && n < given.Count ? given[n].Id : null,
                UserId = no == 0 && n < given.Count ? given[n].UserId : null, Queue = no == 0 && n < given.Count ? given[n].Stratum : null,
            }));
        await db.SaveChangesAsync();
        db.ChangeTracker.Clear();
    }

    private static string Text(int i, Random random) =>
        $"Enquiry {i}: {string.Join(' ', Enumerable.Range(0, 8 + random.Next(30)).Select(_ => Words[random.Next(Words.Length)]))}";

    private static readonly string[] Words = ("card account transfer lost pending top up refund exchange rate cash machine abroad PIN fee "
        + "limit salary payment declined twice yesterday why when where my the a still please help open change address name").Split(' ');
}
