using System.Diagnostics.Metrics;
using Availsync.Bus.Backlogs;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Outbox;

/// <summary>How much of an outbox has not left yet, whichever instance it is to leave by.</summary>
internal sealed class OutboxBacklog<TContext>(
    IDbContextFactory<TContext> contexts, IMeterFactory meters, TimeProvider time,
    ILogger<OutboxBacklog<TContext>> logger)
    : BacklogWatch(
        meters.Create("Availsync.Bus"), new BacklogNames("availsync.outbox", "{message}", "Messages of the outbox"),
        StoreAttribute.Of(typeof(TContext)).Name, time, logger)
    where TContext : StoreContext
{
    private readonly TimeProvider _time = time;

    protected override async Task<Backlog> LookAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = context.Set<OutboxRow>().OrderBy(row => row.Sequence);
        var since = await rows.Select(row => (DateTimeOffset?)row.EnqueuedAt).FirstOrDefaultAsync(cancellationToken);
        if (since is not { } first) return Backlog.None;
        var waiting = await rows.Select(row => row.Sequence).Take(CountMax).CountAsync(cancellationToken);
        return Backlog.Of(waiting, first, _time.GetUtcNow());
    }
}
