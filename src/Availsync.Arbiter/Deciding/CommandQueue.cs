using System.Threading.Channels;
using Availsync.Contracts;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// What the partitions of this process have been asked and not answered yet. One reader, the decision loop, so that
/// everything it finds travels in one transaction.
/// </summary>
internal sealed class CommandQueue
{
    private readonly Channel<PendingCommand> _commands =
        Channel.CreateUnbounded<PendingCommand>(new UnboundedChannelOptions { SingleReader = true });

    public ChannelReader<PendingCommand> Reader => _commands.Reader;

    /// <summary>
    /// Puts commands into the queue, in their order, and waits for their replies. The queue needs no bound of its own:
    /// every lane of every edge has at most one message in flight for each partition.
    /// </summary>
    public async Task<Decided> DecideAsync(int partition, Decide request)
    {
        var pending = request.Commands.Select(c => new PendingCommand(partition, c)).ToList();
        foreach (var command in pending)
        {
            if (!_commands.Writer.TryWrite(command)) command.Answer(new Reply.Undecided());
        }

        return new Decided(await Task.WhenAll(pending.Select(p => p.Reply)));
    }

    /// <summary>No more commands: what is queued is still decided, what comes is not.</summary>
    public void Complete() => _commands.Writer.TryComplete();
}
