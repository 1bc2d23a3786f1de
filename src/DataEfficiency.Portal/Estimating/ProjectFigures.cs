using System.Collections.Immutable;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The figures of one project at one label version: made once, after the change was committed, and read by the deck's reply, the pages and
/// the workbook, none of which counts again. Never changed: each committed change makes the next ones (<see cref="With"/>), and after a
/// start they come from the rows (<see cref="FigureRows"/>); both ways give the same.
/// </summary>
/// <param name="Version">The label version that they show.</param>
/// <param name="Strata">Current answers that count (no surplus), by the queue that brought them.</param>
/// <param name="Surplus">Current answers that came when their item was full.</param>
/// <param name="Labelled">Items that have an answer.</param>
/// <param name="DecidedBy">Those of them whose answers agree, by the queue that brought their first.</param>
public sealed record ProjectFigures(int ProjectId, long Version, ImmutableSortedDictionary<Stratum, int> Strata, int Surplus, int Labelled,
    ImmutableSortedDictionary<Stratum, int> DecidedBy, ImmutableDictionary<string, PersonFigures> People, FirstFigures First)
{
    public static ProjectFigures Empty(int projectId) => new(projectId, 0, None, 0, 0, None,
        ImmutableDictionary<string, PersonFigures>.Empty, FirstFigures.None);

    private static ImmutableSortedDictionary<Stratum, int> None => ImmutableSortedDictionary<Stratum, int>.Empty;

    /// <summary>Items whose answers agree: the project's labels, those of the test set among them.</summary>
    public int Decided => DecidedBy.Values.Sum();

    /// <summary>Answers that count.</summary>
    public int Answers => Strata.Values.Sum();

    /// <summary>Those of them that were given here: what <see cref="Cost"/> charges.</summary>
    public int Paid => Answers - Strata.GetValueOrDefault(Stratum.Imported);

    /// <summary>Answers that a label took so far: more than one where several people answer an item, or a gold one. One before there are
    /// enough labels to say.</summary>
    public double AnswersPerLabel => Decided - DecidedBy.GetValueOrDefault(Stratum.Imported) is >= CosLow.Size and var own
        ? Math.Max(1, (double)Paid / own) : 1;

    /// <summary>Of all people together.</summary>
    public Pace Pace => People.Values.Aggregate(default(Pace), (sum, person) => sum + person.Pace);

    public PersonFigures Of(string userId) => People.GetValueOrDefault(userId, PersonFigures.None);

    public ProjectFigures With(FigureChange change)
    {
        var figures = this;
        if (change.Withdrawn is { } gone) figures = figures.Count(gone, -1);
        if (change.Added is { } added)
        {
            figures = figures.Count(added, 1);
            figures = figures.With(added.UserId, figures.Of(added.UserId).Give(added));
        }
        if (change.Skips != 0)
        {
            var person = figures.Of(change.UserId);
            figures = figures.With(change.UserId, person with { Skips = person.Skips + change.Skips });
        }
        return figures with
        {
            Version = change.Version, First = figures.First.With(change.ItemId, change.After),
            Labelled = figures.Labelled + (change.After is null ? 0 : 1) - (change.Before is null ? 0 : 1),
            DecidedBy = Counted(Counted(figures.DecidedBy, change.Before, -1), change.After, 1),
        };
    }

    private ProjectFigures Count(GivenAnswer answer, int by) => With(answer.UserId, Of(answer.UserId).Count(answer, by)) with
    {
        Strata = answer.Surplus ? Strata : Counted(Strata, answer.Stratum, by),
        Surplus = Surplus + (answer.Surplus ? by : 0),
    };

    private ProjectFigures With(string userId, PersonFigures person) =>
        this with { People = person == PersonFigures.None ? People.Remove(userId) : People.SetItem(userId, person) };

    private static ImmutableSortedDictionary<Stratum, int> Counted(ImmutableSortedDictionary<Stratum, int> counts, FinalText? final,
        int by) => final is { IsDecided: true } ? Counted(counts, final.Stratum, by) : counts;

    private static ImmutableSortedDictionary<Stratum, int> Counted(ImmutableSortedDictionary<Stratum, int> counts, Stratum stratum,
        int by) => counts.GetValueOrDefault(stratum) + by is > 0 and var count ? counts.SetItem(stratum, count) : counts.Remove(stratum);
}
