using Availsync.Bus.Outbox;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Everything that accounting keeps.</summary>
[Store("accounting")]
internal abstract class AccountingDbContext(DbContextOptions options) : StoreContext(options)
{
    public DbSet<WorkspaceRow> Workspaces => Set<WorkspaceRow>();

    public DbSet<InstallationRow> Installation => Set<InstallationRow>();

    public DbSet<PersonRow> People => Set<PersonRow>();

    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<FailedSignInRow> FailedSignIns => Set<FailedSignInRow>();

    public DbSet<AgentRow> Agents => Set<AgentRow>();

    public DbSet<KeyRow> Keys => Set<KeyRow>();

    public DbSet<RepeatRow> Repeats => Set<RepeatRow>();

    public DbSet<HeartbeatRow> Heartbeats => Set<HeartbeatRow>();

    public DbSet<ActivityRow> Activity => Set<ActivityRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<DailyRow> Daily => Set<DailyRow>();

    public DbSet<UsageRow> Usage => Set<UsageRow>();

    public DbSet<MeterRow> Meters => Set<MeterRow>();

    public DbSet<LoanRow> Loans => Set<LoanRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // By name, not by number: a new name in the middle must not rewrite what is stored.
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddOutbox();
        modelBuilder.Entity<WorkspaceRow>().Property(row => row.Id).ValueGeneratedNever();
        modelBuilder.Entity<InstallationRow>().Property(row => row.Id).ValueGeneratedNever();
        modelBuilder.Entity<PersonRow>(person =>
        {
            person.Property(row => row.Id).ValueGeneratedNever();
            person.HasIndex(row => row.EmailKey).IsUnique();
            person.HasOne<WorkspaceRow>().WithMany().HasForeignKey(row => row.OrgId);
        });
        modelBuilder.Entity<SessionRow>(session =>
        {
            session.Property(row => row.Id).ValueGeneratedNever();
            session.HasIndex(row => row.TokenSha256).IsUnique();
            session.HasIndex(row => row.ExpiresAt);
            session.HasOne<PersonRow>().WithMany().HasForeignKey(row => row.PersonId);
        });
        modelBuilder.Entity<FailedSignInRow>(failure =>
        {
            failure.Property(row => row.Id).ValueGeneratedNever();
            failure.HasIndex(row => new { row.Account, row.Address, row.At });
            failure.HasIndex(row => row.At);
        });
        modelBuilder.Entity<AgentRow>(agent =>
        {
            agent.Property(row => row.Id).ValueGeneratedNever();
            agent.HasOne<WorkspaceRow>().WithMany().HasForeignKey(row => row.OrgId);
        });
        modelBuilder.Entity<KeyRow>(key =>
        {
            key.Property(row => row.Id).ValueGeneratedNever();
            key.HasIndex(row => row.Sha256).IsUnique();
            key.HasOne<AgentRow>().WithMany().HasForeignKey(row => row.AgentId);
        });
        modelBuilder.Entity<RepeatRow>(repeat =>
        {
            repeat.HasKey(row => new { row.OrgId, row.PersonId, row.Route, row.Key });
            repeat.HasIndex(row => row.CreatedAt);
        });
        modelBuilder.ApplyConfiguration(new HeartbeatMap());
        modelBuilder.ApplyConfiguration(new ActivityMap());
        modelBuilder.ApplyConfiguration(new AuditMap());
        modelBuilder.ApplyConfiguration(new DailyMap());
        modelBuilder.ApplyConfiguration(new UsageMap());
        var meters = new MeterMap();
        modelBuilder.ApplyConfiguration<MeterRow>(meters);
        modelBuilder.ApplyConfiguration<LoanRow>(meters);
    }
}
