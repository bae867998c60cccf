using Availsync.Bus.Inbox;
using Availsync.Storage;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Tests.Inbox;

[Store("desk")]
internal abstract class DeskContext(DbContextOptions options) : StoreContext(options)
{
    public DbSet<Booking> Bookings => Set<Booking>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddInbox();
    }
}

internal sealed class DeskContextSqlite(DbContextOptions<DeskContextSqlite> options) : DeskContext(options);

internal sealed class DeskContextPostgres(DbContextOptions<DeskContextPostgres> options) : DeskContext(options);

internal sealed class Booking
{
    public int Id { get; init; }

    public required string Guest { get; init; }
}

public sealed record Book(string Guest, BookingTrouble Trouble = BookingTrouble.None);

public sealed record Booked(string Guest);

public enum BookingTrouble
{
    None,

    /// <summary>The consumer fails, at its first try, after it has written and published.</summary>
    ConsumerFailsOnce,

    /// <summary>The commit succeeds, and the message that was to leave then does not at the first try.</summary>
    SendFailsOnce,
}

internal sealed class BookingDesk(DeskContext context) : IConsumer<Book>
{
    public async Task Consume(ConsumeContext<Book> consume)
    {
        var (guest, trouble) = consume.Message;
        context.Bookings.Add(new Booking { Guest = guest });
        await consume.Publish(new Booked(guest), publish =>
        {
            if (trouble == BookingTrouble.SendFailsOnce)
                publish.Headers.Set("MT-Fail-Delivery", true);
        });
        if (trouble == BookingTrouble.ConsumerFailsOnce && consume.GetRetryAttempt() == 0)
            throw new InvalidOperationException("the desk fails");
    }
}

internal sealed class BookedWitness : IConsumer<Booked>
{
    public Task Consume(ConsumeContext<Booked> context) => Task.CompletedTask;
}
