namespace Availsync.Accounting;

/// <summary>The answer to a request that carried an <c>Idempotency-Key</c>, kept for its repeats.</summary>
internal sealed class RepeatRow
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public required Guid OrgId { get; init; }


    /// <summary>The person, or the agent where it came with a key.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>Method and path.</summary>
    public required string Route { get; init; }

    public required string Key { get; init; }

    public required string BodySha256 { get; init; }

    public required int Status { get; init; }

    /// <summary>The answer, byte for byte.</summary>
    public required byte[] Answer { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
