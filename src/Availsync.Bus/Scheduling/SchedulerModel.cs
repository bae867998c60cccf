using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Scheduling;

/// <summary>Maps the timers into a service's own context, whose migrations then make their table.</summary>
public static class SchedulerModel
{
    /// <summary>Adds the table <c>due_messages</c>. Call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddScheduler(this ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<DueMessage>(message =>
        {
            message.ToTable("due_messages");
            message.HasKey(m => m.Token);
            message.Property(m => m.Token).ValueGeneratedNever();
            message.HasIndex(m => m.Due);
        });
        return modelBuilder;
    }
}
