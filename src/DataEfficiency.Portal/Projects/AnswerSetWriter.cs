using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>Makes a project's labels what a form says. A label that answers may point to is retired, never deleted.</summary>
internal static class AnswerSetWriter
{
    public static async Task WriteAsync(AppDbContext db, Project project, ProjectForm form, CancellationToken cancellation)
    {
        if (!form.Kind.HasLabels) return;
        var stored = await db.Labels.Where(l => l.ProjectId == project.Id).ToListAsync(cancellation);
        // a version of the answer set is made for what changes here
        var next = project.SchemaVersion + 1;
        List<Label> left = [.. stored];
        foreach (var (order, answer) in form.Answers.Index())
        {
            var label = left.FirstOrDefault(l => l.Id == answer.Id) ?? left.FirstOrDefault(l => l.Retired
                && l.AnswerText.Equals(answer.AnswerText.Trim(), StringComparison.OrdinalIgnoreCase));
            if (label is null) db.Labels.Add(label = new Label { ProjectId = project.Id });
            else left.Remove(label);
            (label.Name, label.AnswerText, label.Key, label.Order, label.Retired) =
                (answer.Name.Trim(), answer.AnswerText.Trim(), Key(answer), order, false);
            (label.Group, label.Description, label.Colour) = (answer.Group, answer.Description, answer.Colour);
            (label.MergedIntoId, label.AskedAgainFrom) = (null, answer.AskAgain ? label.AskedAgainFrom ?? next : null);
        }
        foreach (var label in left) label.Retired = true;
        // new ones have their ids from here on
        await db.SaveChangesAsync(cancellation);
        var all = await db.Labels.Where(l => l.ProjectId == project.Id).ToListAsync(cancellation);
        foreach (var label in left)
            if (form.Retired.FirstOrDefault(r => r.Label.Id == label.Id) is { } draft) Settle(label, draft, all, next);
    }

    private static void Settle(Label label, RetiredDraft draft, IReadOnlyCollection<Label> all, int next)
    {
        label.AskedAgainFrom = draft.Fate == RetiredFate.AskAgain ? label.AskedAgainFrom ?? next : null;
        if (draft.Fate != RetiredFate.Merge) label.MergedIntoId = null;
        // one that counts as that already keeps its way there
        else if (label.MergedIntoId is null || all.Now(label.Id)?.AnswerText != draft.Into)
            label.MergedIntoId = all.Where(l => l != label && l.AnswerText == draft.Into).OrderBy(l => l.Retired).First().Id;
    }

    internal static string? Key(AnswerDraft answer) => string.IsNullOrEmpty(answer.Key) ? null : answer.Key.ToLowerInvariant();
}
