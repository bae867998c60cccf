namespace Availsync.Accounting;

/// <summary>A sign-in that has not ended.</summary>
internal sealed class SessionRow
{
    /// <summary>How long a session lives after its last use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>The token itself is known only to the person's browser.</summary>
    public required string TokenSha256 { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Written at most once a minute.</summary>
    public required DateTimeOffset LastUsedAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }
}
