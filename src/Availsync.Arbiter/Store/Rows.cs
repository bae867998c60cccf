namespace Availsync.Arbiter.Store;

/// <summary>
/// Who owns a partition. Taking it over raises the epoch, so that a former owner cannot commit any more.
/// </summary>
internal sealed class PartitionRow
{
    public required int Id { get; init; }

    /// <summary>The instance that owns it; null where it was given up.</summary>
    public Guid? Owner { get; set; }

    public long Epoch { get; set; }

    /// <summary>By the database's clock. Afterwards anybody may take it over.</summary>
    public DateTimeOffset LeaseUntil { get; set; }

    /// <summary>The clock of the last committed batch: no later one decides with an older time.</summary>
    public DateTimeOffset ClockAt { get; set; }
}

/// <summary>An arbiter that lives, as far as it has let itself be heard. A share of the partitions is its own.</summary>
internal sealed class InstanceRow
{
    /// <summary>This run of its process.</summary>
    public required Guid Id { get; init; }

    /// <summary>Machine and process, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The partitions that it keeps to, as configured; null where it takes whatever there is.</summary>
    public string? Pinned { get; init; }

    /// <summary>When it counts as dead, unless it is heard of again: by the database's clock.</summary>
    public required DateTimeOffset SeenUntil { get; init; }
}

/// <summary>What a root remembers between claims.</summary>
internal sealed class RootRow
{
    /// <summary>Workspace and root in one, <see cref="Deciding.RootKey"/>.</summary>
    public required string Id { get; init; }

    public required Guid OrgId { get; init; }

    public required string Root { get; init; }

    public long LastToken { get; set; }

    public long LastSequence { get; set; }
}

/// <summary>A protected resource.</summary>
internal sealed class ResourceRow
{
    public required string RootId { get; init; }

    /// <summary>Type and canonical key, <c>repo:owner/repo</c>.</summary>
    public required string Resource { get; init; }

    public required Guid OrgId { get; init; }

    /// <summary>In its first spelling.</summary>
    public required string ShownAs { get; init; }

    public required DateTimeOffset ProtectedAt { get; init; }

    public DateTimeOffset LastClaimedAt { get; set; }
}

/// <summary>The answer under an idempotency key. Written in the transaction of the decision.</summary>
internal sealed class AnswerRow
{
    /// <summary>SHA-256 over workspace, principal, route and key, in hexadecimal.</summary>
    public required string Scope { get; init; }

    public required string BodyHash { get; init; }

    public string? Outcome { get; set; }

    public string? RequestId { get; set; }

    /// <summary>Unix time in milliseconds.</summary>
    public required long CreatedAt { get; init; }
}

/// <summary>
/// What one batch has changed in one partition, waiting for the relay. The outbox of the decision loop.
/// </summary>
internal sealed class EventBatchRow
{
    public long Id { get; init; }

    public required int PartitionId { get; init; }

    /// <summary>A JSON array of <see cref="Contracts.ClaimEvent"/>.</summary>
    public required string Events { get; init; }
}

/// <summary>An agent that has been disabled or deleted, as far as the arbiter has heard.</summary>
internal sealed class AgentRow
{
    public required Guid Id { get; init; }

    public required bool Ended { get; set; }

    /// <summary>When accounting decided so: an older message than that changes nothing.</summary>
    public required DateTimeOffset At { get; set; }
}

/// <summary>
/// Of a workspace whose plan has, or once had, bounds: locked by whoever counts what it uses or changes it.
/// </summary>
internal sealed class QuotaRow
{
    public required Guid OrgId { get; init; }

    /// <summary>The time of the last batch that held the lock, in Unix milliseconds; none decides before it.</summary>
    public required long CountedAt { get; init; }
}
