using System.Diagnostics.Metrics;
using Availsync.Bus.Backlogs;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Scheduling;

/// <summary>How many timers are set, and how many should have fired, whichever instance is to dispatch them.</summary>
internal sealed class TimerBacklog<TContext>(
    IDbContextFactory<TContext> contexts, IMeterFactory meters, TimeProvider time,
    ILogger<TimerBacklog<TContext>> logger)
    : BacklogWatch(
        meters.Create("Availsync.Bus"), new BacklogNames("availsync.timers", "{timer}", "Timers") { HasTimes = true },
        StoreAttribute.Of(typeof(TContext)).Name, time, logger)
    where TContext : StoreContext
{
    private readonly TimeProvider _time = time;

    protected override async Task<Backlog> LookAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = _time.GetUtcNow();
        var due = context.Set<DueMessage>().OrderBy(timer => timer.Due).Select(timer => timer.Due);
        var first = await due.Select(at => (DateTimeOffset?)at).FirstOrDefaultAsync(cancellationToken);
        if (first is not { } next) return Backlog.None;
        var waiting = await due.Take(CountMax).CountAsync(cancellationToken);
        var overdue = next > now
            ? 0
            : await due.Where(at => at <= now).Take(CountMax).CountAsync(cancellationToken);
        return new Backlog(waiting, overdue, now > next ? now - next : TimeSpan.Zero);
    }
}
