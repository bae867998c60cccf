using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Outbox;

/// <summary>Maps the outbox into a service's own context, whose migrations then make its table.</summary>
public static class OutboxModel
{
    /// <summary>Adds the table <c>outbox_messages</c>. Call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddOutbox(this ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<OutboxRow>(row =>
        {
            row.ToTable("outbox_messages");
            row.HasKey(r => r.Sequence);
            row.Property(r => r.Sequence).ValueGeneratedOnAdd();
        });
        return modelBuilder;
    }
}
