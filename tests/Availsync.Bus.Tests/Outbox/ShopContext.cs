using Availsync.Bus.Outbox;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Tests.Outbox;

[Store("shop")]
internal abstract class ShopContext(DbContextOptions options) : StoreContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddOutbox();
        modelBuilder.Entity<Order>().Property(order => order.Id).ValueGeneratedNever();
    }
}

internal sealed class ShopContextSqlite(DbContextOptions<ShopContextSqlite> options) : ShopContext(options);

internal sealed class ShopContextPostgres(DbContextOptions<ShopContextPostgres> options) : ShopContext(options);

internal sealed class Order
{
    public int Id { get; init; }
}

internal sealed record OrderPlaced(int Id);

internal sealed record OrderShipped(int Id);
