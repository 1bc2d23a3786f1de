using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage;

/// <summary>
/// What every row hangs on. Nothing goes silently with its parent, so that a pool of a million rows never goes in one transaction; the
/// exceptions are pieces that are nothing without it.
/// </summary>
internal static class ForeignKeys
{
    public static void Add(ModelBuilder builder)
    {
        builder.Entity<Membership>().HasOne<Project>().WithMany().HasForeignKey(m => m.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Membership>().HasOne<AppUser>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<AccessToken>().HasOne<AppUser>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<AccessToken>().HasOne<Project>().WithMany().HasForeignKey(t => t.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<AccountLink>().HasOne<AppUser>().WithMany().HasForeignKey(l => l.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<AccountLink>().HasOne<Project>().WithMany().HasForeignKey(l => l.ProjectId).OnDelete(DeleteBehavior.NoAction);

        builder.Entity<Label>().HasOne<Project>().WithMany().HasForeignKey(l => l.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Schema>().HasOne<Project>().WithMany().HasForeignKey(s => s.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<SchemaLabel>().HasOne<Schema>().WithMany().HasForeignKey(l => l.SchemaId).OnDelete(DeleteBehavior.Cascade);
        builder.Entity<SchemaLabel>().HasOne<Label>().WithMany().HasForeignKey(l => l.LabelId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<SchemaLabel>().HasOne<Label>().WithMany().HasForeignKey(l => l.MergedIntoId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Label>().HasOne<Label>().WithMany().HasForeignKey(l => l.MergedIntoId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<GuidelineVersion>().HasOne<Project>().WithMany().HasForeignKey(g => g.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Item>().HasOne<Project>().WithMany().HasForeignKey(i => i.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Import>().HasOne<Project>().WithMany().HasForeignKey(i => i.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<ImportIssue>().HasOne<Import>().WithMany().HasForeignKey(i => i.ImportId).OnDelete(DeleteBehavior.Cascade);
        builder.Entity<Import>().HasOne(i => i.Job).WithMany().HasForeignKey(i => i.JobId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Ranking>().HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Ranking>().HasOne<Check>().WithMany().HasForeignKey(r => r.CheckId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Job>().HasOne<Project>().WithMany().HasForeignKey(j => j.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<StoredEstimate>().HasOne<Project>().WithMany().HasForeignKey(e => e.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Check>().HasOne<Project>().WithMany().HasForeignKey(c => c.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Check>().HasOne(c => c.Job).WithMany().HasForeignKey(c => c.JobId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<StoredPrediction>().HasOne<Check>().WithMany().HasForeignKey(p => p.CheckId).OnDelete(DeleteBehavior.Cascade);
        builder.Entity<StoredPrediction>().HasOne<Item>().WithMany().HasForeignKey(p => p.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Draw>().HasOne<Project>().WithMany().HasForeignKey(d => d.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<DrawItem>().HasOne<Draw>().WithMany().HasForeignKey(d => d.DrawId).OnDelete(DeleteBehavior.Cascade);

        builder.Entity<SavedView>().HasOne<Project>().WithMany().HasForeignKey(v => v.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.Entity<SavedView>().HasOne<AppUser>().WithMany().HasForeignKey(v => v.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<BulkRun>().HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.Entity<BulkRun>().HasOne<AppUser>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<BulkUndo>().HasOne<Project>().WithMany().HasForeignKey(u => u.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.Entity<BulkUndo>().HasOne<AppUser>().WithMany().HasForeignKey(u => u.UserId).OnDelete(DeleteBehavior.NoAction);

        builder.Entity<Review>().HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Review>().HasOne<Item>().WithMany().HasForeignKey(r => r.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Review>().HasOne<AppUser>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Review>().HasOne<Answer>().WithMany().HasForeignKey(r => r.AnswerId).OnDelete(DeleteBehavior.NoAction);

        builder.Entity<Decision>().HasOne<Project>().WithMany().HasForeignKey(d => d.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Decision>().HasOne<AppUser>().WithMany().HasForeignKey(d => d.UserId).OnDelete(DeleteBehavior.NoAction);

        builder.Entity<Webhook>().HasOne<Project>().WithMany().HasForeignKey(w => w.ProjectId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<WebhookDelivery>().HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);

        builder.Entity<Slot>().HasOne<Answer>().WithMany().HasForeignKey(s => s.AnswerId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Answer>().HasOne<AppUser>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Answer>().HasOne<Label>().WithMany().HasForeignKey(a => a.LabelId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<AnswerPart>().HasOne<Label>().WithMany().HasForeignKey(p => p.LabelId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Final>().HasOne<Answer>().WithMany().HasForeignKey(f => f.AnswerId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<AnswerPart>().HasOne<Item>().WithMany().HasForeignKey(p => p.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Draft>().HasOne<AppUser>().WithMany().HasForeignKey(d => d.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Remark>().HasOne<AppUser>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Skip>().HasOne<AppUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.NoAction);

        builder.Entity<Slot>().HasOne<Item>().WithMany().HasForeignKey(s => s.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Answer>().HasOne<Item>().WithMany().HasForeignKey(a => a.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Final>().HasOne<Item>().WithMany().HasForeignKey(f => f.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Skip>().HasOne<Item>().WithMany().HasForeignKey(s => s.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Remark>().HasOne<Item>().WithMany().HasForeignKey(r => r.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<Draft>().HasOne<Item>().WithMany().HasForeignKey(d => d.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<ItemClaim>().HasOne<Item>().WithMany().HasForeignKey(c => c.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<ItemScore>().HasOne<Item>().WithMany().HasForeignKey(s => s.ItemId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<ItemScore>().HasOne<Ranking>().WithMany().HasForeignKey(s => s.RankingId).OnDelete(DeleteBehavior.NoAction);
        builder.Entity<DrawItem>().HasOne<Item>().WithMany().HasForeignKey(d => d.ItemId).OnDelete(DeleteBehavior.NoAction);
    }
}
