namespace Availsync.Accounting;

/// <summary>A sign-in that was refused, for an e-mail that may be unknown.</summary>
internal sealed class FailedSignInRow
{
    public required Guid Id { get; init; }

    /// <summary>The e-mail's key.</summary>
    public required string Account { get; init; }

    /// <summary>Where it came from.</summary>
    public required string Address { get; init; }

    public required DateTimeOffset At { get; init; }
}
