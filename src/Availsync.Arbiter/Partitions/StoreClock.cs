using Availsync.Arbiter.Store;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Partitions;

/// <summary>The clock by which leases of partitions run: one for all instances, however wrong their own are.</summary>
internal interface IStoreClock
{
    Task<DateTimeOffset> NowAsync(ArbiterDbContext context, CancellationToken cancellationToken);
}

/// <summary>The database's own clock. An embedded database has none but this machine's.</summary>
internal sealed class StoreClock(TimeProvider time) : IStoreClock
{
    public async Task<DateTimeOffset> NowAsync(ArbiterDbContext context, CancellationToken cancellationToken)
    {
        if (context.Database.IsSqlite()) return time.GetUtcNow();
        var now = await context.Database.SqlQueryRaw<DateTime>("SELECT clock_timestamp() AS \"Value\"")
            .SingleAsync(cancellationToken);
        return new DateTimeOffset(now, TimeSpan.Zero);
    }
}
