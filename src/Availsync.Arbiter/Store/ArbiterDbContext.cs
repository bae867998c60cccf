using Availsync.Arbiter.Events;
using Availsync.Arbiter.Holds;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Store;

/// <summary>
/// The arbiter's tables. The core decides; the database defends what must never be on its own account too: one active
/// claim a resource, no token twice on a root, and by the migrations no token or sequence that shrinks and no two holds
/// of one moment.
/// </summary>
[Store("arbiter")]
internal abstract class ArbiterDbContext(DbContextOptions options) : StoreContext(options)
{
    public DbSet<PartitionRow> Partitions => Set<PartitionRow>();

    public DbSet<InstanceRow> Instances => Set<InstanceRow>();

    public DbSet<RootRow> Roots => Set<RootRow>();

    public DbSet<ResourceRow> Resources => Set<ResourceRow>();

    public DbSet<ClaimRow> Claims => Set<ClaimRow>();

    public DbSet<WaiterRow> Waiters => Set<WaiterRow>();

    public DbSet<AnswerRow> Answers => Set<AnswerRow>();

    public DbSet<EventBatchRow> EventBatches => Set<EventBatchRow>();

    public DbSet<EventHeadRow> EventHeads => Set<EventHeadRow>();

    public DbSet<EventChunkRow> EventChunks => Set<EventChunkRow>();

    public DbSet<AgentRow> Agents => Set<AgentRow>();

    public DbSet<QuotaRow> Quotas => Set<QuotaRow>();

    public DbSet<HoldRow> Holds => Set<HoldRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<PartitionRow>(partition =>
        {
            partition.HasKey(p => p.Id);
            partition.Property(p => p.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<InstanceRow>(instance =>
        {
            instance.HasKey(i => i.Id);
            instance.Property(i => i.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<RootRow>().HasKey(r => r.Id);
        modelBuilder.Entity<ResourceRow>(resource =>
        {
            resource.HasKey(r => new { r.RootId, r.Resource });
            resource.HasIndex(r => new { r.OrgId, r.LastClaimedAt });
        });
        modelBuilder.Entity<ClaimRow>(MapClaims);
        modelBuilder.Entity<WaiterRow>(waiter =>
        {
            waiter.HasKey(w => w.Id);
            waiter.Property(w => w.Id).ValueGeneratedNever();
            waiter.HasIndex(w => w.RootId);
        });
        modelBuilder.Entity<AnswerRow>(answer =>
        {
            answer.HasKey(a => a.Scope);
            answer.HasIndex(a => a.CreatedAt);
        });
        modelBuilder.Entity<EventBatchRow>(batch =>
        {
            batch.HasKey(b => b.Id);
            batch.Property(b => b.Id).ValueGeneratedOnAdd();
        });
        modelBuilder.Entity<EventHeadRow>(head =>
        {
            head.HasKey(h => h.OrgId);
            head.Property(h => h.OrgId).ValueGeneratedNever();
        });
        modelBuilder.Entity<EventChunkRow>(chunk =>
        {
            chunk.HasKey(c => new { c.OrgId, c.Last });
            chunk.HasIndex(c => c.LoggedAt);
        });
        modelBuilder.Entity<QuotaRow>(quota =>
        {
            quota.HasKey(q => q.OrgId);
            quota.Property(q => q.OrgId).ValueGeneratedNever();
        });
        modelBuilder.ApplyConfiguration(new HoldMap());
        modelBuilder.Entity<AgentRow>(agent =>
        {
            agent.HasKey(a => a.Id);
            agent.Property(a => a.Id).ValueGeneratedNever();
        });
    }

    private static void MapClaims(Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<ClaimRow> claim)
    {
        const string Active = "status = 'active'";
        claim.HasKey(c => c.Id);
        claim.Property(c => c.Id).ValueGeneratedNever();
        claim.HasIndex(c => new { c.RootId, c.Resource }).IsUnique().HasFilter(Active)
            .HasDatabaseName("one_active_claim");
        claim.HasIndex(c => new { c.RootId, c.FencingToken }).IsUnique();
        claim.HasIndex(c => new { c.OrgId, c.Id });
        claim.HasIndex(c => new { c.OrgId, c.AgentId, c.Id });
        claim.HasIndex(c => c.ExpiresAt).HasFilter(Active).HasDatabaseName("active_claims_by_expiry");
        claim.HasIndex(c => c.OrgId).HasFilter(Active).HasDatabaseName("active_claims_by_org");
        claim.HasIndex(c => c.AgentId).HasFilter(Active).HasDatabaseName("active_claims_by_agent");
    }
}
