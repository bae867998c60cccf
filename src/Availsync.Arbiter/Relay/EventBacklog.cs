using System.Diagnostics.Metrics;
using System.Text.Json;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Bus.Backlogs;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Relay;

/// <summary>
/// How many batches of events have been committed and not published yet, those of partitions that nobody serves among
/// them.
/// </summary>
internal sealed class EventBacklog(
    IDbContextFactory<ArbiterDbContext> contexts, IMeterFactory meters, TimeProvider time, ILogger<EventBacklog> logger)
    : BacklogWatch(
        meters.Create(PartitionMetrics.MeterName), new BacklogNames("availsync.relay", "{batch}", "Batches of events"),
        "arbiter", time, logger)
{
    private readonly TimeProvider _time = time;

    protected override async Task<Backlog> LookAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var batches = context.EventBatches.OrderBy(b => b.Id);
        if (await batches.Select(b => b.Events).FirstOrDefaultAsync(cancellationToken) is not { } first)
            return Backlog.None;
        var waiting = await batches.Select(b => b.Id).Take(CountMax).CountAsync(cancellationToken);
        var now = _time.GetUtcNow();
        var since = JsonSerializer.Deserialize<List<ClaimEvent>>(first)!.Select(e => e.At).DefaultIfEmpty(now).First();
        return Backlog.Of(waiting, since, now);
    }
}
