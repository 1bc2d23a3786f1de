using System.Text.Json;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>An answer with who gave it.</summary>
/// <param name="Number">Of its person, from 1, in the order in which people come in the file.</param>
public sealed record FormatGiven(Answer Row, FormatAnswer Answer, string By, int Number);

/// <param name="At">When, Unix milliseconds.</param>
public sealed record FormatSkip(string By, int Number, long At, string? Reason);

/// <param name="Final">What the item's answer is in the end; null: none, or they do not agree.</param>
/// <param name="Given">Each person's current answer.</param>
/// <param name="Skipped">Who skipped it.</param>
public sealed record FormatItem(Item Item, int Places, Final? Settled, FormatAnswer? Final, IReadOnlyList<FormatGiven> Given,
    IReadOnlyList<FormatSkip> Skipped)
{
    /// <summary>Those that label the item: what somebody answered to a gold item does not.</summary>
    public IEnumerable<FormatGiven> Answers => Given.Where(g => g.Row.Role != AnswerRole.Gold);

    /// <summary>As the file had it, else the portal's own number.</summary>
    public string Id => Item.ExternalId ?? $"{Item.Id}";
}

/// <summary>What a file is written from: a project at one moment, and how people are named in it.</summary>
/// <param name="pseudonyms">u1, u2, ... in the place of names.</param>
/// <param name="passed">Told of every so many items that were read, as often as the format reads them.</param>
public sealed class FormatSource(ExportSnapshot snapshot, bool pseudonyms, ExportWhat what, Func<int, Task>? passed = null)
{
    /// <summary>A fraction of a second.</summary>
    private const int Stretch = 2000;

    private readonly Dictionary<string, int> _people = [];
    private int _passed;

    /// <summary>Where that is the final answer alone, it is the one that is given, by who gave it.</summary>
    public ExportWhat What => what;

    public Project Project => snapshot.Project;

    public IReadOnlyList<Label> Labels => snapshot.Answers;

    /// <summary>Labels in use, by their answer texts, in their order.</summary>
    public IReadOnlyList<string> LabelTexts { get; } = [.. snapshot.Answers.Where(l => !l.Retired).Select(l => l.AnswerText)];

    /// <summary>Every visible item in the order of the ids, answered or not.</summary>
    public async IAsyncEnumerable<FormatItem> ItemsAsync()
    {
        var skips = (await snapshot.SpokenAsync(CancellationToken.None)).Where(s => s.Kind == "skip").ToLookup(s => s.ItemId);
        await using var answers = snapshot.AllAnswersAsync().GetAsyncEnumerator();
        var more = await answers.MoveNextAsync();
        await foreach (var line in snapshot.AllItemsAsync())
        {
            if (passed is not null && ++_passed % Stretch == 0) await passed(_passed);
            List<Answer> given = [];
            for (; more && answers.Current.ItemId <= line.Item.Id; more = await answers.MoveNextAsync())
                if (answers.Current.ItemId == line.Item.Id) given.Add(answers.Current);
            var final = line.Final is { AnswerId: { } id } ? given.Find(a => a.Id == id) : null;
            yield return new(line.Item, line.Places, line.Final, final is null ? null : FormatAnswer.Of(final, Labels),
                [.. given.Where(a => what != ExportWhat.Final || a == final)
                    .Select(a => new FormatGiven(a, FormatAnswer.Of(a, Labels), Name(a.UserId), Number(a.UserId)))],
                [.. (what == ExportWhat.Final ? [] : skips[line.Item.Id])
                    .Select(s => new FormatSkip(Name(s.UserId), Number(s.UserId), s.At, s.What))]);
        }
    }

    /// <summary>The other columns of the item's row; empty where there are none.</summary>
    private static Dictionary<string, JsonElement> MetaOf(Item item) => item.Metadata is null ? new()
        : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(item.Metadata)!;

    /// <summary>Adds the other columns of the item's row; one that is called as a field of the format has a number behind its
    /// name.</summary>
    public static void AddMeta(Dictionary<string, object> row, Item item, string prefix = "")
    {
        foreach (var (name, value) in MetaOf(item))
        {
            var free = prefix + name;
            for (var copy = 2; !row.TryAdd(free, value); copy++) free = $"{prefix}{name} ({copy})";
        }
    }

    private string Name(string userId) =>
        pseudonyms ? $"u{Number(userId)}" : snapshot.Names.GetValueOrDefault(userId, ExportWords.RemovedPerson.InEnglish());

    private int Number(string userId)
    {
        if (!_people.TryGetValue(userId, out var number)) _people[userId] = number = _people.Count + 1;
        return number;
    }
}
