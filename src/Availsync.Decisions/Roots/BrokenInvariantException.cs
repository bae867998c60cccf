namespace Availsync.Decisions;

/// <summary>A state that must not be. It faults the batch; it never answers <c>proceed</c>.</summary>
public sealed class BrokenInvariantException : InvalidOperationException
{
    /// <summary>Names what is broken.</summary>
    public BrokenInvariantException(string message)
        : base(message)
    {
    }

    /// <summary>Names what is broken, and by what.</summary>
    public BrokenInvariantException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Names nothing.</summary>
    public BrokenInvariantException()
    {
    }
}
