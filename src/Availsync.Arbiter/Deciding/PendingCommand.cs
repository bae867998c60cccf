using System.Diagnostics;
using Availsync.Arbiter.Telemetry;
using Availsync.Contracts;

namespace Availsync.Arbiter.Deciding;

/// <summary>A command on its way through a batch, and where its reply goes.</summary>
internal sealed class PendingCommand(int partition, CommandEnvelope envelope)
{
    private readonly Activity? _span = DecisionTrace.Begin(partition, envelope);

    private readonly TaskCompletionSource<Reply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Partition { get; } = partition;

    public CommandEnvelope Envelope { get; } = envelope;

    public Command Command => Envelope.Command;

    public Task<Reply> Reply => _reply.Task;

    /// <summary>Where what follows from the decision joins its trace; null where the call is not traced.</summary>
    public string? TraceParent => _span?.Id;

    public void Answer(Reply reply)
    {
        if (_reply.TrySetResult(reply) && _span is not null) DecisionTrace.End(_span, reply);
    }
}
