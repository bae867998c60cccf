namespace Availsync.Bus.Outside;

/// <summary>Works on the messages that strangers put into one queue.</summary>
public interface IOutsideHandler
{
    /// <summary>How many messages it takes at a time, those that wait for others among them; 1 to 65 535.</summary>
    int Capacity { get; }

    /// <summary>Completes when it can take messages.</summary>
    Task ReadyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Works on one message, while others are worked on. It may come twice. An exception has it come again, until the
    /// broker sets it aside.
    /// </summary>
    /// <param name="lost">
    /// Cancelled when the broker will give the message to somebody else: what comes of it here is not told any more.
    /// </param>
    Task<OutsideVerdict> HandleAsync(OutsideMessage message, CancellationToken lost);
}

/// <summary>What is to become of a message from outside.</summary>
public abstract record OutsideVerdict
{
    private OutsideVerdict()
    {
    }

    /// <summary>It is answered; where the answer reaches nobody, the message is set aside.</summary>
    /// <param name="Undelivered">What has to be taken back then; null for nothing.</param>
    public sealed record Answered(OutsideReply Reply, Func<Task>? Undelivered) : OutsideVerdict;

    /// <summary>It is done, and nobody waits for an answer.</summary>
    public sealed record Done : OutsideVerdict;

    /// <summary>It goes, as it is, to the queue of what could not be answered.</summary>
    /// <param name="Reason">Why, from a closed list.</param>
    /// <param name="Error">The code of the error that its sender would have been told; null where there is none.</param>
    public sealed record SetAside(string Reason, string? Error) : OutsideVerdict;
}

/// <summary>A reply on its way to a queue that a stranger has named.</summary>
/// <param name="Queue">The queue; the handler has judged that it may be written to.</param>
/// <param name="Body">JSON in UTF-8.</param>
public sealed record OutsideReply(string Queue, ReadOnlyMemory<byte> Body)
{
    /// <summary>The property <c>type</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The headers: texts, whole numbers and truth values.</summary>
    public IReadOnlyDictionary<string, object?> Headers { get; init; } = new Dictionary<string, object?>();
}
