using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Accounting;

/// <summary>
/// The calls of one workspace in one month. Whoever changes a loan of it writes this row first, which locks it: the
/// edges of a workspace are served one after another.
/// </summary>
internal sealed class MeterRow
{
    public required Guid OrgId { get; init; }

    /// <summary>The calendar month in UTC, <c>2026-11</c>.</summary>
    public required string Period { get; init; }
}

/// <summary>What one run of one edge has used and may use. All numbers are cumulative, so a repeat changes nothing.</summary>
internal sealed class LoanRow
{
    public required Guid OrgId { get; init; }
    public required string Period { get; init; }
    public required Guid EdgeId { get; init; }

    /// <summary>The last message of the edge that was heeded; an older one comes late.</summary>
    public long Sequence { get; set; }

    public long Used { get; set; }

    /// <summary>How much it may use, at least <see cref="Used"/>. What lies between is lent.</summary>
    public long Allowed { get; set; }

    /// <summary>When the edge was last heard of. One that has gone silent is taken to have used all it was lent.</summary>
    public DateTimeOffset HeardAt { get; set; }

    /// <summary>How much of it counts as used.</summary>
    public long UsedAt(DateTimeOffset now) => now - HeardAt > CallBook.SilenceMax ? Allowed : Used;
}

internal sealed class MeterMap : IEntityTypeConfiguration<MeterRow>, IEntityTypeConfiguration<LoanRow>
{
    private const int PeriodLength = 7;

    public void Configure(EntityTypeBuilder<MeterRow> builder)
    {
        builder.ToTable("meters");
        builder.HasKey(row => new { row.OrgId, row.Period });
        builder.Property(row => row.Period).HasMaxLength(PeriodLength);
    }

    public void Configure(EntityTypeBuilder<LoanRow> builder)
    {
        builder.ToTable("loans");
        builder.HasKey(row => new { row.OrgId, row.Period, row.EdgeId });
        builder.Property(row => row.Period).HasMaxLength(PeriodLength);
    }
}
