using System.Text.Json;
using System.Text.Json.Serialization;
using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// What <c>GET /partitions</c> tells: of every partition who owns it, and of this instance's own how they are doing.
/// </summary>
internal sealed class PartitionReport(
    InstanceTable instances,
    IDbContextFactory<ArbiterDbContext> contexts,
    PartitionMap partitions,
    CommandQueue queue,
    IOptions<ArbiterOptions> options)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public async Task WriteAsync(HttpContext call)
    {
        if (!HttpMethods.IsGet(call.Request.Method))
        {
            call.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            call.Response.Headers.Allow = HttpMethods.Get;
            return;
        }

        try
        {
            await call.Response.WriteAsJsonAsync(await ReadAsync(call.RequestAborted), Json, call.RequestAborted);
        }
        catch (Exception exception) when (StoreFaults.IsUnreachable(exception))
        {
            call.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    public async Task<FleetState> ReadAsync(CancellationToken cancellationToken)
    {
        var fleet = await instances.ReadAsync(cancellationToken);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var live = await context.Instances.AsNoTracking().Where(i => i.SeenUntil >= fleet.Now).OrderBy(i => i.Id)
            .Select(i => new InstanceState(i.Id, i.Name, i.Pinned)).ToListAsync(cancellationToken);
        var pinned = string.IsNullOrWhiteSpace(options.Value.Partitions) ? null : options.Value.Partitions;
        return new FleetState(partitions.Instance, pinned, live, [.. fleet.Partitions.Select(StateOf)]);
    }

    private PartitionState StateOf(PartitionRow row)
    {
        var state = new PartitionState(row.Id, row.Owner, row.Epoch, row.LeaseUntil);
        if (partitions.Find(row.Id) is not { } ours || ours.Epoch != row.Epoch || row.Owner != partitions.Instance)
            return state;
        return state with
        {
            QueueDepth = queue.Depth(row.Id),
            Roots = ours.RootCount,
            Claims = ours.ClaimCount,
            Waiters = ours.WaiterCount,
            LastBatch = ours.LastBatch is { } batch
                ? new BatchState(batch.At, batch.Size, Math.Round(batch.Duration.TotalMilliseconds, 3))
                : null,
        };
    }
}

/// <summary>All that live, and all partitions.</summary>
/// <param name="Instance">Who answers.</param>
internal sealed record FleetState(
    Guid Instance, string? Pinned, IReadOnlyList<InstanceState> Live, IReadOnlyList<PartitionState> Partitions);

/// <summary>An instance that is heard of.</summary>
internal sealed record InstanceState(Guid Instance, string Name, string? Pinned);

/// <summary>A partition. What follows the lease is there only where whoever answers serves it.</summary>
internal sealed record PartitionState(
    int Partition,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? Owner,
    long Epoch,
    DateTimeOffset LeaseUntil)
{
    public int? QueueDepth { get; init; }

    public int? Roots { get; init; }

    public long? Claims { get; init; }

    public long? Waiters { get; init; }

    public BatchState? LastBatch { get; init; }
}

/// <summary>The last batch of a partition.</summary>
internal sealed record BatchState(DateTimeOffset At, int Size, double DurationMs);
