using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Accounting;

/// <summary>One call of the runtime API: metadata only.</summary>
internal sealed class ActivityRow : IHistoryRow
{
    /// <summary>A UUIDv7 of the time of the answer, made by the edge; what is known already is not counted twice.</summary>
    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }
    public required DateTimeOffset At { get; init; }
    public Guid? AgentId { get; init; }
    public string? AgentName { get; init; }
    public Guid? PersonId { get; init; }
    public required string Type { get; init; }
    public required string Endpoint { get; init; }
    public required TrafficStatus Status { get; init; }
    public required int HttpStatus { get; init; }
    public required int LatencyMs { get; init; }

    /// <summary>As the agent's last heartbeat has named it; null where a person called.</summary>
    public string? ClientName { get; init; }

    public string? Error { get; init; }
    public Guid? ClaimId { get; init; }
    public string? Resource { get; init; }
    public required string RequestId { get; init; }
}

/// <summary>Pages are read newest first, in one workspace, and by one more thing at most times.</summary>
internal sealed class ActivityMap : IEntityTypeConfiguration<ActivityRow>
{
    public void Configure(EntityTypeBuilder<ActivityRow> builder)
    {
        builder.ToTable("activity");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasIndex(row => new { row.OrgId, row.At, row.Id });
        // What comes behind the order is there to be filtered and counted without a look at the rows.
        builder.HasIndex(row => new { row.OrgId, row.AgentId, row.At, row.Id, row.Type, row.Status });
        builder.HasIndex(row => new { row.OrgId, row.Type, row.At, row.Id, row.Status });
        builder.HasIndex(row => new { row.OrgId, row.Status, row.At, row.Id });
        builder.HasIndex(row => row.At);
    }
}
