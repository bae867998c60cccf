using Availsync.Contracts;

namespace Availsync.Edge.Lanes;

/// <summary>A command on its way, and the caller that waits for its reply.</summary>
internal sealed class PendingCommand(CommandEnvelope envelope)
{
    private readonly TaskCompletionSource<Reply?> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isGivenUp;

    public CommandEnvelope Envelope { get; } = envelope;

    /// <summary>About how many bytes it adds to a message.</summary>
    public int Weight { get; } = CommandWeight.Of(envelope.Command);

    /// <summary>Whether nobody waits any more, so that what has not been sent need not be.</summary>
    public bool IsGivenUp => _isGivenUp;

    /// <summary>The partition's reply; null where none came in time.</summary>
    public Task<Reply?> Reply => _reply.Task;

    public void GiveUp() => _isGivenUp = true;

    public void Resolve(Reply? reply) => _reply.TrySetResult(reply);
}
