using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>An agent of a workspace.</summary>
internal sealed class AgentRow
{
    public const int NameLengthMax = 100;
    public const int DescriptionLengthMax = 500;
    public const int PriorityMax = 1000;
    public const int PriorityDefault = 100;

    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    public int DefaultPriority { get; set; } = PriorityDefault;

    /// <summary>Overrides the workspace's; null follows it.</summary>
    public ArbitrationMode? Mode { get; set; }

    public bool Disabled { get; set; }

    /// <summary>Written at most once a minute.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public AgentProfile ToContract() => new(Id, OrgId, Name, DefaultPriority, Mode, Disabled);
}
