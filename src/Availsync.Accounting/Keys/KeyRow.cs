using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>A key of an agent. A revoked one has no row.</summary>
internal sealed class KeyRow
{
    public required Guid Id { get; init; }

    public required Guid AgentId { get; init; }

    public required string Sha256 { get; init; }

    public required string Last4 { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a rotated key's grace is over; null for a key that was not rotated.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>A new key and the secret that is shown once.</summary>
    public static (KeyRow Row, string Secret) Create(Guid agentId, DateTimeOffset now)
    {
        var secret = ApiKey.Create();
        var row = new KeyRow
        {
            Id = Guid.CreateVersion7(now),
            AgentId = agentId,
            Sha256 = ApiKey.Hash(secret),
            Last4 = secret[^4..],
            CreatedAt = now,
        };
        return (row, secret);
    }
}
