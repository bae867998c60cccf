using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Accounting;

/// <summary>What an agent says that a model has cost.</summary>
internal sealed class UsageRow : IHistoryRow
{
    public required Guid Id { get; init; }
    public required Guid OrgId { get; init; }
    public required Guid AgentId { get; init; }
    public required DateTimeOffset At { get; init; }
    public Guid? ClaimId { get; init; }
    public string? ExternalRunId { get; init; }
    public string? Provider { get; init; }
    public string? Model { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public long? TotalTokens { get; init; }

    /// <summary>In millionths of a US dollar, so that sums are exact.</summary>
    public long? CostMicroUsd { get; init; }

    /// <summary>A JSON object as the client gave it.</summary>
    public required string Metadata { get; init; }
}

internal sealed class UsageMap : IEntityTypeConfiguration<UsageRow>
{
    public void Configure(EntityTypeBuilder<UsageRow> builder)
    {
        builder.ToTable("usage");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasIndex(row => new { row.OrgId, row.At, row.Id });
        builder.HasIndex(row => row.At);
    }
}
