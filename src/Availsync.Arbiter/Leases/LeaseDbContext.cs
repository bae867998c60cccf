using Availsync.Bus.Scheduling;
using Availsync.Storage;
using Availsync.Storage.Schema;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Leases;

/// <summary>
/// Running leases and their timers. A store of its own: on SQLite its writers are not to wait for the decisions'.
/// </summary>
[Store("leases", Schema = "arbiter")]
internal abstract class LeaseDbContext(DbContextOptions options) : StoreContext(options)
{
    public DbSet<LeaseState> Leases => Set<LeaseState>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddScheduler();
        modelBuilder.ApplyConfiguration(new LeaseStateMap());
    }
}

/// <summary>Carries the migrations for SQLite.</summary>
internal sealed class SqliteLeaseDbContext(DbContextOptions<SqliteLeaseDbContext> options)
    : LeaseDbContext(options);

/// <summary>Carries the migrations for PostgreSQL.</summary>
internal sealed class PostgresLeaseDbContext(DbContextOptions<PostgresLeaseDbContext> options)
    : LeaseDbContext(options);

internal sealed class SqliteLeaseDesign : SqliteDesignTimeFactory<SqliteLeaseDbContext>;

internal sealed class PostgresLeaseDesign : PostgresDesignTimeFactory<PostgresLeaseDbContext>;
