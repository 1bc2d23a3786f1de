using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>What a check of a project would be made of now.</summary>
/// <param name="Random">Training labels of the random order, in that order: the ONE shuffle of which every check takes a beginning.</param>
/// <param name="Others">The other training labels, in the order of answering.</param>
/// <param name="Test">The test set's, as far as it is answered.</param>
/// <param name="Validation">What set-aside checks look at while they train.</param>
/// <param name="TestIsWhole">Nothing of the test set is open any more: checks are set-aside from here on.</param>
public sealed record CheckInputs(Project Project, TaskPrompt Task, IReadOnlyList<CheckExample> Random, IReadOnlyList<CheckExample> Others,
    IReadOnlyList<CheckExample> Test, IReadOnlyList<CheckExample> Validation, bool TestIsWhole)
{
    /// <summary>A test set of fewer says nothing.</summary>
    private const int FewestTests = 30;

    /// <summary>One of so many gold items is looked at while a check trains, the others test it.</summary>
    private const int GoldLooked = 3;

    /// <summary>From so many labels on, one answer among all of them means that there is nothing to learn yet.</summary>
    public const int OneAnswerFrom = 16;

    public CheckKind Kind => TestIsWhole ? CheckKind.SetAside : CheckKind.CrossValidated;

    /// <summary>Labels that a check of this kind can train on.</summary>
    public int Training => Labels.Count;

    // cross-validation scores random ones alone, whatever it trains on
    private IReadOnlyList<CheckExample> Labels =>
        Kind == CheckKind.CrossValidated || Project.ChecksTakeOthers ? [.. Random, .. Others] : Random;

    public bool IsOneAnswer => Training >= OneAnswerFrom && Labels.Select(e => e.Example.Answer).Distinct().Count() == 1;

    /// <summary>All final answers, those of the test set among them where somebody gave them.</summary>
    public int Spent { get; private init; }

    public static async Task<CheckInputs?> ReadAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        await using var snapshot = await ReadSnapshot.BeginAsync(db, cancellation);
        if (await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null, cancellation)
            is not { } project) return null;
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == projectId).ToListAsync(cancellation);
        var all = await LabelledExamples.ReadAsync(db, projectId, project.Kind(), labels, cancellation);
        var texts = await GoldTexts.OfAsync(db, project, cancellation);
        // else they only show how well people answer
        var gold = (await db.Items.AsNoTracking()
            .Where(i => project.GoldIsTest && i.ProjectId == projectId && i.Split == ItemSplit.Gold && i.Gold != null
                && !i.Deleted)
            .OrderBy(i => i.RandomRank).ThenBy(i => i.Id).Select(i => new { i.Id, i.Text, i.Gold, i.RandomRank })
            .ToListAsync(cancellation)).ToLookup(i => i.RandomRank % GoldLooked == 0,
                i => new CheckExample(i.Id, new Example(i.Text, texts.Now(i.Gold!)), false));
        var isOpen = await TestSet.Open(db, projectId).AnyAsync(cancellation);
        List<CheckExample> test = [.. all.Where(e => e.Split == ItemSplit.Test).Select(e => Of(e, false)), .. gold[false]];
        return new(project, ProjectPrompt.Of(project, labels),
            [.. all.Where(e => e.Stratum == Stratum.Random).OrderBy(e => e.RandomRank).ThenBy(e => e.ItemId).Select(e => Of(e, true))],
            [.. all.Where(e => !e.IsTest && e.Stratum != Stratum.Random).Select(e => Of(e, false))],
            test, [.. all.Where(e => e.Split == ItemSplit.Validation).Select(e => Of(e, false)), .. gold[true]],
            !isOpen && test.Count >= FewestTests) { Spent = all.Count };
    }

    /// <param name="size">Training labels of a set-aside check, the random ones first; null: all.</param>
    /// <param name="rate">That an earlier check chose.</param>
    public CheckRequest Request(int? size, double? rate, string folder)
    {
        var about = ChecksWords.About(project: Project.Name, version: Project.LabelVersion);
        return Kind == CheckKind.CrossValidated
            ? new(Task, Kind, Labels, [], null, rate, Project.CheckTraining, Project.Seed, folder, about)
            : new(Task, Kind, Labels, Test, Math.Min(size ?? Training, Training), rate, Project.CheckTraining, Project.Seed, folder,
                about, Validation);
    }

    private static CheckExample Of(Estimating.LabelledExample e, bool random) => new(e.ItemId, e.Example, random);
}
