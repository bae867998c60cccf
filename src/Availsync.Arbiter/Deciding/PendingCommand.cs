using Availsync.Contracts;

namespace Availsync.Arbiter.Deciding;

/// <summary>A command on its way through a batch, and where its reply goes.</summary>
internal sealed class PendingCommand(int partition, CommandEnvelope envelope)
{
    private readonly TaskCompletionSource<Reply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Partition { get; } = partition;

    public CommandEnvelope Envelope { get; } = envelope;

    public Command Command => Envelope.Command;

    public Task<Reply> Reply => _reply.Task;

    public void Answer(Reply reply) => _reply.TrySetResult(reply);
}
