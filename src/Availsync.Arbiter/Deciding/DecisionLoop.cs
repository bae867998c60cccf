using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Relay;
using Availsync.Arbiter.Store;
using Availsync.Arbiter.Waiting;
using Availsync.Contracts;
using Availsync.Decisions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Deciding;

/// <summary>Decides a command on its root: <see cref="Arbitration.Decide"/>.</summary>
internal delegate Decision Deciding(RootState state, Command command, DecisionContext context);

/// <summary>
/// Group commit: takes whatever waits, without a delay, decides it in one transaction and answers after the commit.
/// Batches grow with the load by themselves.
/// </summary>
internal sealed partial class DecisionLoop(
    CommandQueue queue,
    PartitionMap partitions,
    IDbContextFactory<ArbiterDbContext> contexts,
    RelaySignal relay,
    Queues queues,
    TimeProvider time,
    IOptions<ArbiterOptions> options,
    ILogger<DecisionLoop> logger) : BackgroundService
{
    /// <summary>The core. Only the simulation puts a wrong one in its place, to show that it would notice.</summary>
    internal Deciding Core { get; init; } = Arbitration.Decide;

    /// <summary>
    /// The loop ends when the queue is completed and empty, not when the host begins to stop: what was taken is
    /// answered.
    /// </summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = stoppingToken.Register(queue.Complete);
        var commands = new List<PendingCommand>(options.Value.BatchMax);
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            commands.Clear();
            while (commands.Count < options.Value.BatchMax && queue.Reader.TryRead(out var command))
                commands.Add(command);
            if (await DecideAsync(commands) || commands.Count == 1) continue;

            // One command may have spoiled the batch for all the others: each on its own shows which.
            foreach (var command in commands.Where(c => !c.Reply.IsCompleted)) await DecideAsync([command]);
        }
    }

    /// <summary>
    /// Decides and answers one batch. False where it faulted and its commands have not been answered.
    /// </summary>
    private async Task<bool> DecideAsync(List<PendingCommand> commands)
    {
        var committing = false;
        var alone = commands.Count == 1;
        try
        {
            await using var context = await contexts.CreateDbContextAsync(CancellationToken.None);
            var batch = new Batch(context, partitions, time, options.Value, queues, Core);
            await batch.DecideAsync(commands, () => committing = true);
            relay.Set();
            return true;
        }
        catch (Exception exception)
        {
            // What memory holds may differ from what the store does: it is read again before the next decision.
            foreach (var partition in commands.Select(c => c.Partition).Distinct())
                partitions.Find(partition)?.Forget();
            Faulted(logger, exception, commands.Count, committing);
            if (committing) relay.Set(); // What is perhaps committed has events that nobody else may speak of.
            if (!committing && !alone && !StoreFaults.IsUnreachable(exception)) return false;
            foreach (var command in commands)
                command.Answer(committing || alone ? new Reply.Unknown() : new Reply.Undecided());
            return true;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A batch of {commands} commands has faulted (committing: {committing})")]
    private static partial void Faulted(ILogger logger, Exception exception, int commands, bool committing);
}
