using System.Threading.Channels;
using Availsync.Contracts;
using Availsync.Decisions;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// What the partitions of this process have been asked and not answered yet. One reader, the decision loop, so that
/// everything it finds travels in one transaction.
/// </summary>
internal sealed class CommandQueue(IOptions<PartitionOptions> partitions)
{
    private readonly Channel<PendingCommand> _commands =
        Channel.CreateUnbounded<PendingCommand>(new UnboundedChannelOptions { SingleReader = true });

    private readonly int[] _depths = new int[partitions.Value.Count];
    private long _answered;

    /// <summary>How many commands have been answered, in the life of the process.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Whether anything waits for an answer.</summary>
    public bool IsBusy => _depths.Any(d => d > 0);

    public ChannelReader<PendingCommand> Reader => _commands.Reader;

    /// <summary>
    /// Puts commands into the queue, in their order, and waits for their replies. The queue needs no bound of its own:
    /// every lane of every edge has at most one message in flight for each partition.
    /// </summary>
    /// <exception cref="BrokenInvariantException">
    /// A command belongs to another partition: whoever sent it counts with another number of partitions, and two owners
    /// would decide on one root.
    /// </exception>
    public async Task<Decided> DecideAsync(int partition, Decide request)
    {
        if (request.Commands.Any(c => c.Command.Slot.Partition(partitions.Value.Count) != partition))
        {
            throw new BrokenInvariantException(
                "A command has come to the wrong partition; is Partitions:Count the same?");
        }

        var pending = request.Commands.Select(c => new PendingCommand(partition, c)).ToList();
        Interlocked.Add(ref _depths[partition], pending.Count);
        foreach (var command in pending)
        {
            if (!_commands.Writer.TryWrite(command)) command.Answer(new Reply.Undecided());
        }

        var replies = await Task.WhenAll(pending.Select(p => p.Reply));
        Interlocked.Add(ref _depths[partition], -pending.Count);
        Interlocked.Add(ref _answered, pending.Count);
        return new Decided(replies);
    }

    /// <summary>How many commands of a partition have come and are not answered yet.</summary>
    public int Depth(int partition) => Volatile.Read(ref _depths[partition]);

    /// <summary>No more commands: what is queued is still decided, what comes is not.</summary>
    public void Complete() => _commands.Writer.TryComplete();
}
