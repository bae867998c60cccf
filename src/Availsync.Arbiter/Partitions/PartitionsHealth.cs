using Availsync.Arbiter.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Availsync.Arbiter.Partitions;

/// <summary>Healthy where the store answers and every partition is served, here or by another instance.</summary>
internal sealed class PartitionsHealth(
    IDbContextFactory<ArbiterDbContext> contexts, IStoreClock clock) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var store = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await clock.NowAsync(store, cancellationToken);
        var free = await store.Partitions.CountAsync(p => p.Owner == null || p.LeaseUntil < now, cancellationToken);
        return free == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"{free} partitions have no owner.");
    }
}
