using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <param name="Stratum">How the item came to its first answer; of the test set whatever the queue was.</param>
/// <param name="RandomRank">The item's place in the project's random order.</param>
/// <param name="ModelAnswer">That of the project's ranking, where the untrained model made it.</param>
public sealed record LabelledExample(long ItemId, Example Example, Stratum Stratum, int RandomRank, ItemSplit Split,
    string? ModelAnswer = null)
{
    /// <summary>Nothing may be trained on it.</summary>
    public bool IsTest => Stratum == Stratum.Test;
}

/// <summary>The one place that reads what a project's people have labelled in the end, and how it came about.</summary>
public static class LabelledExamples
{
    private sealed record Row(Answer Answer, string Text, Stratum Stratum, ItemSplit Split, int RandomRank, string? ModelAnswer);

    /// <param name="kind">The project's.</param>
    /// <param name="labels">The project's: an answer text that was reworded counts as reworded.</param>
    /// <returns>Every item with a final answer, in the order of answering.</returns>
    public static async Task<IReadOnlyList<LabelledExample>> ReadAsync(AppDbContext db, int projectId, ITaskKind kind,
        IReadOnlyList<Label> labels, CancellationToken cancellation)
    {
        var rows = await (from f in db.Finals.AsNoTracking()
                          where f.ProjectId == projectId
                          join a in db.Answers on f.AnswerId equals a.Id
                          join i in db.Items on f.ItemId equals i.Id
                          from s in db.ScoresInUse(projectId).Where(s => s.ItemId == i.Id && s.Unusable == null
                              && db.Rankings.Any(r => r.Id == s.RankingId && r.CheckId == null)).DefaultIfEmpty()
                          orderby a.Id
                          // as far as a kind reads them: an estimate reads all of a project's
                          select new Row(new Answer { ItemId = a.ItemId, LabelId = a.LabelId, AnswerText = a.AnswerText,
                              AnswerJson = a.AnswerJson }, i.Text, f.Stratum, i.Split, i.RandomRank, s!.ModelAnswer))
            .ToListAsync(cancellation);
        return [.. rows.Select(r => new LabelledExample(r.Answer.ItemId, new(r.Text, kind.TextNow(r.Answer, labels)), Of(r), r.RandomRank,
            r.Split, r.ModelAnswer))];
    }

    private static Stratum Of(Row row) => row.Split == ItemSplit.Pool ? row.Stratum : Stratum.Test;
}
