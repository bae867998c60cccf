using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>A workspace: everything else belongs to one.</summary>
internal sealed class WorkspaceRow
{
    public const int NameLengthMax = 100;

    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>The name of a plan; what it allows is configuration.</summary>
    public required string Plan { get; set; }

    public ArbitrationMode Mode { get; set; } = ArbitrationMode.Enforce;

    public ArbitrationRule Arbitration { get; set; } = ArbitrationRule.FirstCome;

    public int ExpiryGraceSeconds { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// When anything of it was last changed. Each change begins by writing it, which locks the row, so that the
    /// changes of one workspace happen one after another.
    /// </summary>
    public required DateTimeOffset ChangedAt { get; set; }

    public Workspace ToContract(PlanCatalog plans) =>
        new(Id, Name, plans.Of(Plan), Mode, Arbitration, ExpiryGraceSeconds);
}
