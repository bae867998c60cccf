using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Accounting;

/// <summary>What one agent has done on one day (UTC). Sums only grow.</summary>
internal sealed class DailyRow
{
    public required Guid OrgId { get; init; }

    /// <summary>The empty id for what no agent did.</summary>
    public required Guid AgentId { get; init; }

    public required DateOnly Day { get; init; }
    public long RunsStarted { get; set; }
    public long RunsSkipped { get; set; }

    /// <summary>Runs of observing agents that would have been skipped.</summary>
    public long ObservedConflicts { get; set; }

    /// <summary>Skipped runs, and declarations of files that were taken, even in part.</summary>
    public long ConflictsPrevented { get; set; }

    /// <summary>How long claims have lasted that ended on this day.</summary>
    public long GuardedMilliseconds { get; set; }

    public long TokensReported { get; set; }

    /// <summary>In millionths of a US dollar, so that sums are exact.</summary>
    public long CostMicroUsd { get; set; }

    public long Calls { get; set; }

    /// <summary>Calls that were rejected or failed.</summary>
    public long Errors { get; set; }
}

internal sealed class DailyMap : IEntityTypeConfiguration<DailyRow>
{
    public void Configure(EntityTypeBuilder<DailyRow> builder)
    {
        builder.ToTable("daily");
        builder.HasKey(row => new { row.OrgId, row.Day, row.AgentId });
    }
}
