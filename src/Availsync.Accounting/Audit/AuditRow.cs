using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Accounting;

/// <summary>Who is behind an audited fact.</summary>
internal enum ActorKind
{
    /// <summary>An agent, by its key.</summary>
    Agent,

    /// <summary>A person, by a session.</summary>
    Person,

    /// <summary>Nobody: a clock or a setting.</summary>
    System,
}

/// <summary>A fact of governance: what was decided or changed, and who did it.</summary>
internal sealed class AuditRow : IHistoryRow
{
    /// <summary>Of a claim event, its event id; what is known already is not counted twice.</summary>
    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened: <c>claim.granted</c>, <c>key.rotated</c>.</summary>
    public required string Type { get; init; }

    public required ActorKind ActorKind { get; init; }
    public Guid? ActorId { get; init; }

    /// <summary>The agent's name or the person's e-mail of then.</summary>
    public string? ActorName { get; init; }

    public Guid? AgentId { get; init; }
    public string? AgentName { get; init; }
    public Guid? ClaimId { get; init; }
    /// <summary>As it was shown then.</summary>
    public string? Resource { get; init; }

    /// <summary>The same whatever the spelling: what is looked for.</summary>
    public string? ResourceIdentity { get; init; }

    public string? RequestId { get; init; }

    /// <summary>What else there is to say, a JSON object; never a secret.</summary>
    public required string Details { get; init; }

    public static string IdentityOf(ResourceRef resource) => $"{resource.Type}:{resource.Canonical}";

    public static string IdentityOf(HoldResource resource) => $"Hold:{resource.Name}";
}

internal sealed class AuditMap : IEntityTypeConfiguration<AuditRow>
{
    public void Configure(EntityTypeBuilder<AuditRow> builder)
    {
        builder.ToTable("audit");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasIndex(row => new { row.OrgId, row.At, row.Id });
        builder.HasIndex(row => new { row.OrgId, row.AgentId, row.At, row.Id });
        builder.HasIndex(row => new { row.OrgId, row.Type, row.At, row.Id });
        builder.HasIndex(row => row.At);
    }
}
