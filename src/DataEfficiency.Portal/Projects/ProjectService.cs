using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Guidelines;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Schemas;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <param name="Reranks">What the model sees changed (instruction, answers, model): all confidences and gradients are void.</param>
/// <param name="Redraws">Instruction or model changed, and the draw of the first 32 has begun: so many answers leave it.</param>
public sealed record ProjectChange(bool Reranks, int Redraws, IReadOnlyList<string> Fields)
{
    /// <summary>Somebody saved these settings since they were read.</summary>
    public bool Outdated { get; init; }

    /// <summary>Whether a lead who agreed to that has agreed to this.</summary>
    public bool IsCoveredBy(ProjectChange? agreed) => !Reranks || agreed is { Reranks: true } && (Redraws == 0 || agreed.Redraws > 0);
}

/// <summary>Makes projects and changes them, each change with its audit entry.</summary>
public sealed class ProjectService(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ProjectRemoval removal,
    IProjectChanged follower, TimeProvider time)
{
    public Task<int> CreateAsync(ProjectForm form, string userId, bool sample = false, CancellationToken cancel = default) =>
        writes.WriteAsync(Right.NewProjects(userId), async (db, token) =>
    {
        var project = new Project
        {
            State = ProjectState.Setup, IsSample = sample, CreatedBy = userId, CreatedAt = Now,
            // a number that JavaScript and SQLite both carry exactly
            Seed = RandomNumberGenerator.GetInt32(1, int.MaxValue),
        };
        form.ApplyTo(project);
        db.Projects.Add(project);
        await db.SaveChangesAsync(token);
        db.Memberships.Add(new Membership { ProjectId = project.Id, UserId = userId, Role = ProjectRole.Lead, CreatedAt = Now });
        if (form.Kind.HasLabels)
            db.Labels.AddRange(form.Answers.Select((a, i) => new Label
            {
                ProjectId = project.Id, Name = a.Name.Trim(), AnswerText = a.AnswerText.Trim(), Key = AnswerSetWriter.Key(a), Order = i,
                Group = a.Group, Description = a.Description, Colour = a.Colour,
            }));
        AuditTrail.Add(db, time, userId, "project.created", after: project.Name, projectId: project.Id);
        await GuidelineVersions.KeepAsync(db, project, "", userId, Now, token);
        await db.SaveChangesAsync(token);
        await SchemaVersions.KeepAsync(db, project, userId, Now, token);
        return project.Id;
    }, cancel);

    /// <summary>What was answered with each label.</summary>
    public async Task<IReadOnlyDictionary<int, LabelUse>> UseAsync(int id, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await LabelUse.ReadAsync(db, id, cancel);
    }

    public async Task<(Project Project, ProjectForm Form, bool HasGold)?> FindAsync(int id, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        if (await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == id && p.DeletedAt == null,
            cancel) is not { } project) return null;
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == id).ToListAsync(cancel);
        return (project, ProjectForm.Of(project, labels), await db.Items.AnyAsync(i => i.ProjectId == id
            && i.ImportId <= project.VisibleImport && i.Gold != null, cancel));
    }

    /// <summary>What saving would do, to be asked about first.</summary>
    public async Task<ProjectChange> CompareAsync(int id, ProjectForm form, CancellationToken cancel = default)
    {
        var found = await FindAsync(id, cancel) ?? throw new InvalidOperationException("The project is gone.");
        var before = found.Form;
        var fields = new List<string>();
        void Differ(string name, object? a, object? b) { if (!Equals(a, b)) fields.Add(name); }
        Differ("instruction", before.Instruction.Trim(), form.Instruction.Trim());
        Differ("model", before.Model, form.Model);
        var draws = fields.Count > 0;
        Differ("answers", AnswersOf(before), AnswersOf(form));
        Differ("listing the answers", before.ListAnswers, form.ListAnswers);
        var begun = draws ? await AnsweredOfTheDrawAsync(id, cancel) : 0;
        return new ProjectChange(fields.Count > 0 && found.Project.ItemCount > 0, begun, fields);

        // a new name or order of an answer is for people; what the model reads are the texts in their order
        static string AnswersOf(ProjectForm f) =>
            f.Kind.HasLabels ? JsonSerializer.Serialize(f.Answers.Select(a => a.AnswerText.Trim())) : "";
    }

    /// <param name="agreed">What the lead was asked about and agreed to.</param>
    /// <param name="read">Tag of the form that was changed into this one; null: whatever is stored gives way.</param>
    /// <returns>What is to be asked first or stands against it, and nothing was saved; null: saved.</returns>
    public async Task<ProjectChange?> SaveAsync(int id, ProjectForm form, string userId, ProjectChange? agreed = null,
        string? read = null, CancellationToken cancel = default)
    {
        var change = await CompareAsync(id, form, cancel);
        if (!change.IsCoveredBy(agreed)) return change;
        var saved = await writes.WriteAsync(Right.Lead(userId, id), async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(p => p.Id == id && p.DeletedAt == null, token);
            if (read is not null && read != ProjectForm.Of(project, await db.Labels.AsNoTracking().Where(l => l.ProjectId == id)
                .ToListAsync(token)).Tag) return false;
            var (before, people, guideline) = (Summary(project), People(project), project.Guideline);
            var answers = await AnswerSetChange.BeginAsync(db, id, token);
            form.ApplyTo(project);
            await AnswerSetWriter.WriteAsync(db, project, form, token);
            AuditTrail.Add(db, time, userId, "project.settings", before, Summary(project), id);
            await GuidelineVersions.KeepAsync(db, project, guideline, userId, Now, token);
            await db.SaveChangesAsync(token);
            var changed = await answers.EndAsync(db, project, token);
            if (changed.After is not null) AuditTrail.Add(db, time, userId, "schema.changed", changed.Before, changed.After, id);
            if (changed.Touched.Count > 0) AnswerSetWork.Queue(db, id, changed.Touched, Now);
            await SchemaVersions.KeepAsync(db, project, userId, Now, token);
            // raised sizes; what is drawn stays
            await TestSet.DrawAsync(db, project, token);
            if (People(project) != people) OverlapWork.Queue(db, id, Now);
            await db.SaveChangesAsync(token);
            // the estimator looks again: target, budget or prompt may have changed what it says
            if (project.LabelVersion > 0) await LabelVersions.AdvanceAsync(db, id, token);
            if (change.Reranks) await follower.QueueAsync(db, id, token);
            return true;
        }, cancel);
        if (!saved) return change with { Outdated = true };
        await follower.ChangedAsync(id, cancel);
        return null;
    }

    private async Task<int> AnsweredOfTheDrawAsync(int id, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await First32.AnsweredAsync(db, id, cancel);
    }

    /// <summary>Gone for everybody at once; its rows go in chunks afterwards.</summary>
    public async Task DeleteAsync(int id, string userId, CancellationToken cancel = default)
    {
        await writes.WriteAsync(Right.Lead(userId, id), async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(p => p.Id == id && p.DeletedAt == null, token);
            project.DeletedAt = Now;
            await db.Jobs.Where(j => j.ProjectId == id).ExecuteUpdateAsync(set => set.SetProperty(j => j.CancelRequested, true), token);
            AuditTrail.Add(db, time, userId, "project.deleted", project.Name, projectId: id);
            await db.SaveChangesAsync(token);
        }, cancel);
        removal.Ring(id);
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Summary(Project p) => JsonSerializer.Serialize(new
    {
        p.Name, p.Instruction, p.Model, target = p.TargetKind.ToString(), p.TargetValue, p.ZeroShot, p.Ceiling, p.MaximumBudget,
            p.PricePerLabel, p.Currency, p.ListAnswers, p.ValidationSize, p.TestSize, p.GoldIsTest, p.ComputePrice,
            p.ChecksTakeOthers, p.PointValue, p.OverlapShare, p.OverlapAnswers, p.TestAnswers, p.GoldShare,
            p.GoldLeast, p.GoldBlocks, p.AgreementLeast, p.StopsByItself,
    });

    private static (double, int, int) People(Project project) => (project.OverlapShare, project.OverlapAnswers, project.TestAnswers);
}

/// <summary>What follows changed settings.</summary>
public interface IProjectChanged
{
    /// <summary>Ranks and gradients no longer fit the prompt: in the transaction of the change, so that a crash right after it loses
    /// nothing.</summary>
    Task QueueAsync(AppDbContext db, int projectId, CancellationToken cancel);

    /// <summary>After that transaction.</summary>
    Task ChangedAsync(int projectId, CancellationToken cancel);
}
