using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Inbox;

/// <summary>Maps the inbox into a service's own context, whose migrations then make its tables.</summary>
public static class InboxModel
{
    /// <summary>Adds <c>inbox_messages</c> and <c>inbox_sends</c>. Call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddInbox(this ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<InboxRow>(row =>
        {
            row.ToTable("inbox_messages");
            row.HasKey(r => new { r.MessageId, r.ConsumerId });
            row.HasIndex(r => r.Delivered);
        });
        modelBuilder.Entity<InboxSendRow>(row =>
        {
            row.ToTable("inbox_sends");
            row.HasKey(r => r.Sequence);
            row.Property(r => r.Sequence).ValueGeneratedOnAdd();
            row.HasIndex(r => new { r.InboxMessageId, r.InboxConsumerId });
        });
        return modelBuilder;
    }
}
