using Availsync.Bus.Scheduling;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Tests.Sagas;

[Store("parcels", Schema = "post")]
internal abstract class ParcelContext(DbContextOptions options) : StoreContext(options)
{
    public DbSet<Parcel> Parcels => Set<Parcel>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddScheduler();
        modelBuilder.Entity<Parcel>(parcel =>
        {
            parcel.HasKey(p => p.CorrelationId);
            parcel.Property(p => p.CorrelationId).ValueGeneratedNever();
        });
    }
}

internal sealed class ParcelContextSqlite(DbContextOptions<ParcelContextSqlite> options) : ParcelContext(options);

internal sealed class ParcelContextPostgres(DbContextOptions<ParcelContextPostgres> options) : ParcelContext(options);
