using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace DataEfficiency.Portal.Storage;

/// <summary>The whole database. One context per operation, from IDbContextFactory.</summary>
public sealed class AppDbContext(DbContextOptions<AppDbContext> options) : IdentityDbContext<AppUser>(options)
{
    public DbSet<Membership> Memberships => Set<Membership>();
    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();
    public DbSet<AccountLink> AccountLinks => Set<AccountLink>();
    public DbSet<Project> Projects => Set<Project>();
    public DbSet<Label> Labels => Set<Label>();
    public DbSet<Item> Items => Set<Item>();
    public DbSet<Slot> Slots => Set<Slot>();
    public DbSet<Answer> Answers => Set<Answer>();
    public DbSet<ItemClaim> Claims => Set<ItemClaim>();
    public DbSet<AnswerPart> AnswerParts => Set<AnswerPart>();
    public DbSet<Final> Finals => Set<Final>();
    public DbSet<Schema> Schemas => Set<Schema>();
    public DbSet<SchemaLabel> SchemaLabels => Set<SchemaLabel>();
    public DbSet<GuidelineVersion> Guidelines => Set<GuidelineVersion>();
    public DbSet<Skip> Skips => Set<Skip>();
    public DbSet<Draw> Draws => Set<Draw>();
    public DbSet<DrawItem> DrawItems => Set<DrawItem>();
    public DbSet<Remark> Remarks => Set<Remark>();
    public DbSet<Draft> Drafts => Set<Draft>();
    public DbSet<Import> Imports => Set<Import>();
    public DbSet<ImportIssue> ImportIssues => Set<ImportIssue>();
    public DbSet<ItemScore> ItemScores => Set<ItemScore>();
    public DbSet<Ranking> Rankings => Set<Ranking>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<StoredEstimate> Estimates => Set<StoredEstimate>();
    public DbSet<Check> Checks => Set<Check>();
    public DbSet<StoredPrediction> CheckPredictions => Set<StoredPrediction>();
    public DbSet<Review> Reviews => Set<Review>();
    public DbSet<Decision> Decisions => Set<Decision>();
    public DbSet<Webhook> Webhooks => Set<Webhook>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();
    public DbSet<SavedView> SavedViews => Set<SavedView>();
    public DbSet<BulkRun> BulkRuns => Set<BulkRun>();
    public DbSet<BulkUndo> BulkUndos => Set<BulkUndo>();
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    /// <summary>The scores of the ranking that a project uses; none until one is whole.</summary>
    public IQueryable<ItemScore> ScoresInUse(int projectId) => ItemScores
        .Where(s => s.RankingId == Projects.Where(p => p.Id == projectId).Select(p => p.RankingId).FirstOrDefault());

    /// <summary>Done once the write queue has committed, on the writer's turn, so in the order of the commits. Short, and never
    /// failing: the commit stands.</summary>
    internal List<Action> AfterCommit { get; } = [];

    // Identity reads its schema version (3 has passkeys) from the application's services; at design time there are none.
    private static readonly IServiceProvider IdentitySchema = new ServiceCollection()
        .Configure<IdentityOptions>(o => o.Stores.SchemaVersion = IdentitySchemaVersions.Version3).BuildServiceProvider();

    protected override void OnConfiguring(DbContextOptionsBuilder builder)
    {
        if (builder.Options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider is null)
            builder.UseApplicationServiceProvider(IdentitySchema);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Membership>().HasKey(m => new { m.ProjectId, m.UserId });
        builder.Entity<Membership>().HasIndex(m => m.UserId);
        builder.Entity<AccessToken>().HasIndex(t => t.Hash).IsUnique();
        builder.Entity<AccountLink>().HasIndex(l => l.Hash).IsUnique();
        builder.Entity<Label>().HasIndex(l => new { l.ProjectId, l.Order });

        builder.Entity<Item>(item =>
        {
            item.HasIndex(i => new { i.ProjectId, i.RandomRank });
            item.HasIndex(i => new { i.ProjectId, i.TextHash });
            item.HasIndex(i => i.ImportId);
            // the list of items: as in the file, and one by its own id
            item.HasIndex(i => new { i.ProjectId, i.ImportId });
            // few of a pool
            item.HasIndex(i => i.ProjectId, "GoldItems").HasFilter($"\"Split\"={(int)ItemSplit.Gold}");
            item.HasIndex(i => new { i.ProjectId, i.ExternalId }).HasFilter("\"ExternalId\" IS NOT NULL");
        });
        builder.Entity<Slot>(slot =>
        {
            slot.HasIndex(s => new { s.ItemId, s.SlotNo }).IsUnique();
            slot.HasIndex(s => new { s.ItemId, s.UserId }).IsUnique().HasFilter("\"UserId\" IS NOT NULL");
            // a claim's two probes: what is free, in order, and what ran out; the cards on people's screens are in neither's way
            const string free = "\"AnswerId\" IS NULL AND \"UserId\" IS NULL AND \"Split\"=0";
            const string leased = "\"AnswerId\" IS NULL AND \"UserId\" IS NOT NULL";
            slot.HasIndex(s => new { s.ProjectId, s.ActiveRank, s.ItemId, s.SlotNo }).HasFilter(free);
            slot.HasIndex(s => new { s.ProjectId, s.RandomRank, s.ItemId, s.SlotNo }).HasFilter(free);
            slot.HasIndex(s => new { s.ProjectId, s.LeaseUntil }).HasFilter(leased);
            slot.HasIndex(s => new { s.ProjectId, s.UserId }).HasFilter("\"AnswerId\" IS NULL");
            // the test set is small: one index for what is free of it and what is on a screen
            slot.HasIndex(s => new { s.ProjectId, s.RandomRank, s.ItemId }, "OpenTestSlots")
                .HasFilter("\"AnswerId\" IS NULL AND \"Split\">0");
            slot.HasIndex(s => new { s.ProjectId, s.RandomRank, s.ItemId }, "OutgrownSlots")
                .HasFilter("\"AnswerId\" IS NULL AND \"Again\" IS NOT NULL");
            slot.Property(s => s.Split).HasDefaultValue(ItemSplit.Pool);
        });
        builder.Entity<Answer>(answer =>
        {
            answer.HasIndex(l => l.SubmissionId).IsUnique();
            answer.HasIndex(l => new { l.ProjectId, l.Id });
            answer.HasIndex(l => new { l.ItemId, l.UserId });
            answer.HasIndex(l => new { l.ProjectId, l.UserId, l.CreatedAt });
            // a person has one answer of an item in each part that they play
            answer.HasIndex(l => new { l.ItemId, l.UserId, l.Role }).IsUnique().HasFilter("\"Current\"");
            answer.HasMany(l => l.Parts).WithOne().HasForeignKey(p => p.AnswerId);
        });
        builder.Entity<AnswerPart>().HasIndex(p => new { p.ItemId, p.LabelId });
        builder.Entity<Final>(final =>
        {
            final.HasKey(f => f.ItemId);
            final.Property(f => f.ItemId).ValueGeneratedNever();
            final.HasIndex(f => new { f.ProjectId, f.LabelId });
        });
        builder.Entity<Schema>().HasIndex(s => new { s.ProjectId, s.Version }).IsUnique();
        builder.Entity<SchemaLabel>().HasKey(l => new { l.SchemaId, l.LabelId });
        builder.Entity<GuidelineVersion>().HasIndex(g => new { g.ProjectId, g.Version }).IsUnique();
        builder.Entity<Skip>().HasIndex(s => new { s.ItemId, s.UserId }).IsUnique();
        builder.Entity<Skip>().HasIndex(s => s.ProjectId);
        builder.Entity<ItemClaim>().HasIndex(c => new { c.ItemId, c.UserId });
        builder.Entity<ItemClaim>().HasIndex(c => c.UserId);
        builder.Entity<Draw>().HasIndex(d => d.ProjectId);
        builder.Entity<DrawItem>().HasKey(d => new { d.DrawId, d.Place });
        builder.Entity<DrawItem>().HasIndex(d => new { d.ItemId, d.DrawId }).IsUnique();
        builder.Entity<Remark>().HasKey(r => new { r.ItemId, r.UserId });
        builder.Entity<Remark>().HasIndex(r => r.ProjectId);
        builder.Entity<Draft>().HasKey(d => new { d.ItemId, d.UserId });
        builder.Entity<Import>().HasIndex(i => i.ProjectId);
        builder.Entity<Import>().HasIndex(i => i.JobId).IsUnique();
        builder.Entity<ImportIssue>().HasIndex(i => new { i.ImportId, i.Line });
        builder.Entity<Ranking>().HasIndex(r => new { r.ProjectId, r.InputHash }).IsUnique();
        builder.Entity<ItemScore>().HasKey(s => new { s.ItemId, s.RankingId });
        builder.Entity<Job>(job =>
        {
            var open = $"\"State\" IN ({(int)WorkState.Queued},{(int)WorkState.Running})";
            job.HasIndex(j => new { j.ProjectId, j.Kind });
            // what a runner looks through
            job.HasIndex(j => j.Kind, "OpenJobs").HasFilter(open);
            // one at a time: the flip of VisibleImport shows everything up to its id
            job.HasIndex(j => j.ProjectId, "OneOpenImport").IsUnique().HasFilter($"\"Kind\"={(int)JobKind.Import} AND {open}");
        });
        builder.Entity<StoredEstimate>().HasIndex(e => new { e.ProjectId, e.Id });
        builder.Entity<Check>().HasIndex(c => c.ProjectId);
        builder.Entity<Check>().HasIndex(c => c.JobId).IsUnique();
        builder.Entity<StoredPrediction>().HasKey(p => new { p.CheckId, p.ItemId });
        builder.Entity<StoredPrediction>().HasIndex(p => p.ItemId);
        builder.Entity<Review>().HasIndex(r => r.ProjectId);
        builder.Entity<Review>().HasIndex(r => r.ItemId);
        builder.Entity<Decision>().HasIndex(d => d.ProjectId);
        builder.Entity<Webhook>().HasIndex(w => w.ProjectId);
        builder.Entity<WebhookDelivery>().HasIndex(d => new { d.WebhookId, d.Id });
        // what the sender looks through every few seconds
        builder.Entity<WebhookDelivery>().HasIndex(d => d.DueAt).HasFilter("\"DueAt\" IS NOT NULL");
        builder.Entity<SavedView>().HasIndex(v => new { v.ProjectId, v.UserId, v.Name }).IsUnique();
        builder.Entity<BulkRun>().HasIndex(r => new { r.ProjectId, r.UserId, r.Key }).IsUnique();
        builder.Entity<BulkUndo>().HasIndex(u => new { u.ProjectId, u.UserId, u.Undo });
        builder.Entity<AuditEntry>().HasIndex(a => new { a.ProjectId, a.Id });
        ForeignKeys.Add(builder);
        // money as text would not sort or sum on SQLite
        builder.Entity<Project>().Property(p => p.PricePerLabel).HasConversion<double>();
        builder.Entity<Project>().Property(p => p.ComputePrice).HasConversion<double?>();
        builder.Entity<Project>().Property(p => p.PointValue).HasConversion<double?>();
        builder.Entity<Project>().Property(p => p.ReviewsHideNames).HasDefaultValue(true).HasSentinel(true);
        builder.Entity<Project>().Property(p => p.ChecksTakeOthers).HasDefaultValue(true).HasSentinel(true);
    }
}
