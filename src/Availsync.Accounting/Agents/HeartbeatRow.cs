using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Accounting;

/// <summary>What an agent's client says of itself, from time to time. Apart from the agent, which people change.</summary>
internal sealed class HeartbeatRow
{
    public const int ClientNameLengthMax = 100;
    public const int ClientVersionLengthMax = 50;
    public const int SessionIdLengthMax = 200;

    public required Guid AgentId { get; init; }
    public required Guid OrgId { get; init; }
    public required DateTimeOffset At { get; set; }
    public required string ClientName { get; set; }
    public required string ClientVersion { get; set; }
    public string? SessionId { get; set; }
}

internal sealed class HeartbeatMap : IEntityTypeConfiguration<HeartbeatRow>
{
    public void Configure(EntityTypeBuilder<HeartbeatRow> builder)
    {
        builder.ToTable("heartbeats");
        builder.HasKey(row => row.AgentId);
        builder.Property(row => row.AgentId).ValueGeneratedNever();
        builder.HasOne<AgentRow>().WithOne().HasForeignKey<HeartbeatRow>(row => row.AgentId);
        builder.HasIndex(row => row.OrgId);
    }
}
