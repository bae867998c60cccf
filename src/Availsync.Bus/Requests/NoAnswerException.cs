namespace Availsync.Bus.Requests;

/// <summary>
/// A request got no answer: nobody listened, the broker was away, the time ran out or the responder failed. Whether it
/// was acted on is unknown.
/// </summary>
public sealed class NoAnswerException : Exception
{
    /// <inheritdoc/>
    public NoAnswerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public NoAnswerException()
    {
    }

    /// <inheritdoc/>
    public NoAnswerException(string message)
        : base(message)
    {
    }
}
