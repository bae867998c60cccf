using Availsync.Arbiter.Deciding;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>Has commands of the arbiter's own decided by whichever instance owns their partition.</summary>
internal interface IPartitionCommands
{
    /// <summary>
    /// Sends a command on its way, over the bus or straight into this process's queue, and returns without waiting for
    /// the decision. It may be lost on the way: the sender repeats it until it sees the effect.
    /// </summary>
    Task SendAsync(Command command, CancellationToken cancellationToken);

    /// <summary>Has a command decided, and waits for it.</summary>
    /// <exception cref="NoAnswerException">It is not known to be decided.</exception>
    Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class PartitionCommands(
    PartitionMap partitions,
    CommandQueue queue,
    IRequests requests,
    ICommandSender sender,
    TimeProvider time,
    IOptions<PartitionOptions> options) : IPartitionCommands
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public Task SendAsync(Command command, CancellationToken cancellationToken)
    {
        var (partition, decide) = Address(command);
        if (partitions.Find(partition) is null)
            return sender.SendAsync(ArbiterQueues.Partition(partition), decide, cancellationToken);
        _ = queue.DecideAsync(partition, decide); // Never faults: a batch's faults are replies.
        return Task.CompletedTask;
    }

    public async Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken)
    {
        var (partition, decide) = Address(command);
        var decided = partitions.Find(partition) is not null
            ? await queue.DecideAsync(partition, decide)
            : await requests.AskAsync<Decide, Decided>(
                ArbiterQueues.Partition(partition), decide, Patience, cancellationToken);
        return decided.Replies is [Reply.Answered answered]
            ? answered.Outcome
            : throw new NoAnswerException($"Partition {partition} has not decided.");
    }

    private (int Partition, Decide Decide) Address(Command command) => (
        command.Slot.Partition(options.Value.Count),
        new Decide([new CommandEnvelope(command, time.GetUtcNow() + Patience, RequestId: null, Idempotency: null)]));
}
