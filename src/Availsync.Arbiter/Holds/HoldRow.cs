using System.Text.Json;
using Availsync.Arbiter.Deciding;
using Availsync.Contracts;
using Availsync.Decisions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Availsync.Arbiter.Holds;

/// <summary>A hold as it is stored.</summary>
internal sealed class HoldRow
{
    public const string Held = "held";

    public const string Confirmed = "confirmed";

    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    public required string RootId { get; init; }

    public required int Slot { get; init; }

    public required Guid AgentId { get; init; }

    public required string AgentName { get; init; }

    public required string Resource { get; init; }

    public required string Status { get; init; }

    public required int Priority { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required long FencingToken { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Metadata { get; init; }

    /// <summary>A JSON object; null where nobody displaced it.</summary>
    public string? PreemptedBy { get; init; }

    public static HoldRow Of(Hold hold) => new()
    {
        Id = hold.Id.Value,
        OrgId = hold.OrgId,
        RootId = RootKey.Of(hold.OrgId, hold.Resource.Root),
        Slot = hold.Id.Slot.Value,
        AgentId = hold.AgentId,
        AgentName = hold.AgentName,
        Resource = hold.Resource.Name,
        Status = NameOf(hold.Status),
        Priority = hold.Priority,
        Reason = hold.Reason,
        StartsAt = hold.Window.StartsAt,
        EndsAt = hold.Window.EndsAt,
        ExpiresAt = hold.ExpiresAt,
        FencingToken = hold.FencingToken.Value,
        CreatedAt = hold.CreatedAt,
        Metadata = hold.Metadata,
        PreemptedBy = hold.PreemptedBy is null ? null : JsonSerializer.Serialize(hold.PreemptedBy),
    };

    public Hold ToHold() => new(
        new HoldId(Id),
        OrgId,
        AgentId,
        AgentName,
        HoldResource.TryParse(Resource, out var resource, out _)
            ? resource
            : throw new BrokenInvariantException("A stored hold's resource cannot be read."),
        StatusOf(Status),
        Priority,
        Reason,
        HoldWindow.TryCreate(StartsAt, EndsAt, out var window, out _)
            ? window
            : throw new BrokenInvariantException("A stored hold's window cannot be read."),
        ExpiresAt,
        new FencingToken(FencingToken),
        CreatedAt,
        Metadata)
    {
        PreemptedBy = PreemptedBy is null ? null : JsonSerializer.Deserialize<BlockingHold>(PreemptedBy),
    };

    /// <summary>By name and not by number, so that reordering an enumeration never rewrites history.</summary>
    public static string NameOf(HoldStatus status) => status switch
    {
        HoldStatus.Held => Held,
        HoldStatus.Confirmed => Confirmed,
        HoldStatus.Lapsed => "lapsed",
        HoldStatus.Released => "released",
        HoldStatus.Preempted => "preempted",
        HoldStatus.Revoked => "revoked",
        _ => throw new BrokenInvariantException($"Status {status} has no name."),
    };

    private static HoldStatus StatusOf(string name) => name switch
    {
        Held => HoldStatus.Held,
        Confirmed => HoldStatus.Confirmed,
        "lapsed" => HoldStatus.Lapsed,
        "released" => HoldStatus.Released,
        "preempted" => HoldStatus.Preempted,
        "revoked" => HoldStatus.Revoked,
        _ => throw new BrokenInvariantException($"No status is named '{name}'."),
    };
}

/// <summary>Which holds there are at a moment, whether or not anybody has written down that they have lapsed.</summary>
internal static class HoldsAt
{
    /// <summary>Those that block and whose window is not over: they count for the plan of their workspace.</summary>
    public static IQueryable<HoldRow> CountedAt(this IQueryable<HoldRow> holds, DateTimeOffset now) => holds
        .Where(h => (h.Status == HoldRow.Held || h.Status == HoldRow.Confirmed) && h.EndsAt > now)
        .Where(h => h.ExpiresAt == null || h.ExpiresAt > now);

    public static IQueryable<HoldRow> OfStatus(this IQueryable<HoldRow> holds, HoldStatus status, DateTimeOffset now)
    {
        var stored = HoldRow.NameOf(status);
        return status switch
        {
            HoldStatus.Held => holds.Where(h => h.Status == stored && h.ExpiresAt > now),
            HoldStatus.Lapsed => holds.Where(
                h => h.Status == stored || (h.Status == HoldRow.Held && h.ExpiresAt <= now)),
            _ => holds.Where(h => h.Status == stored),
        };
    }
}

/// <summary>
/// The table of holds. That no two blocking ones overlap is defended by the migrations: an exclusion constraint on
/// PostgreSQL, triggers on SQLite.
/// </summary>
internal sealed class HoldMap : IEntityTypeConfiguration<HoldRow>
{
    public void Configure(EntityTypeBuilder<HoldRow> builder)
    {
        const string Blocking = "status IN ('held', 'confirmed')";
        builder.ToTable("holds");
        builder.HasKey(h => h.Id);
        builder.Property(h => h.Id).ValueGeneratedNever();
        builder.HasIndex(h => new { h.RootId, h.FencingToken }).IsUnique();
        builder.HasIndex(h => new { h.OrgId, h.Id });
        builder.HasIndex(h => new { h.OrgId, h.AgentId, h.Id });
        builder.HasIndex(h => new { h.RootId, h.EndsAt }).HasFilter(Blocking)
            .HasDatabaseName("blocking_holds_by_root");
        builder.HasIndex(h => new { h.OrgId, h.EndsAt }).HasFilter(Blocking).HasDatabaseName("blocking_holds_by_org");
        builder.HasIndex(h => new { h.AgentId, h.EndsAt }).HasFilter(Blocking)
            .HasDatabaseName("blocking_holds_by_agent");
    }
}
