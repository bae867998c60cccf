using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Arbiter.Leases;

internal sealed class LeaseStateMap : IEntityTypeConfiguration<LeaseState>
{
    public void Configure(EntityTypeBuilder<LeaseState> builder)
    {
        builder.ToTable("leases");
        builder.HasKey(lease => lease.CorrelationId);
        builder.Property(lease => lease.CorrelationId).HasColumnName("claim_id").ValueGeneratedNever();
    }
}
