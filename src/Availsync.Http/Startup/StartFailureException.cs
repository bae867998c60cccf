namespace Availsync.Http;

/// <summary>A service cannot start, for a reason that its message tells to whoever started it.</summary>
public sealed class StartFailureException : Exception
{
    /// <summary>Tells the reason.</summary>
    public StartFailureException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Not of use: a failure has a reason.</summary>
    public StartFailureException()
    {
    }

    /// <summary>Tells the reason.</summary>
    public StartFailureException(string message)
        : base(message)
    {
    }
}
