using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Relay;
using Availsync.Arbiter.Store;
using Availsync.Arbiter.Telemetry;
using Availsync.Arbiter.Waiting;
using Availsync.Bus.Requests;
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
    ArbiterMetrics metrics,
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
        // A fault is told by those who notice it first, the database's driver among them.
        using var scope = logger.BeginRequests(commands.Select(c => c.Envelope.RequestId));
        var committing = false;
        var alone = commands.Count == 1;
        var began = time.GetTimestamp();
        try
        {
            await using var context = await contexts.CreateDbContextAsync(CancellationToken.None);
            var batch = new Batch(context, partitions, time, options.Value, queues, Core);
            await batch.DecideAsync(commands, () => committing = true);
            relay.Set();
            metrics.Batch(commands.Count, time.GetElapsedTime(began));
            await CountAsync(commands);
            return true;
        }
        catch (Exception exception)
        {
            // What memory holds may differ from what the store does: it is read again before the next decision.
            foreach (var partition in commands.Select(c => c.Partition).Distinct())
                partitions.Find(partition)?.Forget();
            metrics.BatchFaulted();
            Faulted(logger, exception, commands.Count, committing, RequestIds(commands));
            if (committing) relay.Set(); // What is perhaps committed has events that nobody else may speak of.
            if (!committing && !alone && !StoreFaults.IsUnreachable(exception)) return false;
            foreach (var command in commands)
                command.Answer(committing || alone ? new Reply.Unknown() : new Reply.Undecided());
            await CountAsync(commands);
            return true;
        }
    }

    /// <summary>All of them are answered.</summary>
    private async Task CountAsync(List<PendingCommand> commands)
    {
        foreach (var command in commands) metrics.Decided(command.Command, await command.Reply);
    }

    private static string RequestIds(List<PendingCommand> commands) =>
        string.Join(' ', commands.Select(c => c.Envelope.RequestId).OfType<string>());

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A batch of {commands} commands has faulted (committing: {committing}; requests: {request_ids})")]
    private static partial void Faulted(
        ILogger logger, Exception exception, int commands, bool committing, string request_ids);
}
