using Availsync.Arbiter.Holds;
using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Availsync.Decisions;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// What the workspaces of one batch use of their plans, where a plan has a bound. Their quota rows are locked first, so
/// that of two batches, of whichever instances, the second counts what the first has committed; then the claims
/// themselves are counted, and no counter can drift from the truth. Whatever may move a count takes the lock where
/// there is one: a lease that has been counted as over is not extended beside it.
/// </summary>
internal sealed class PlanRooms
{
    private readonly Dictionary<Guid, PlanRoom> _rooms = [];

    /// <summary>Locks what the commands may count or move.</summary>
    public static async Task<PlanRooms> LockAsync(
        ArbiterDbContext context, IReadOnlyList<PendingCommand> commands, Fence fence, TimeProvider time)
    {
        var counted = commands.Select(c => c.Command).Where(PlanRoom.IsNeededFor).Select(c => c.OrgId).ToHashSet();
        var moved = commands.Select(c => c.Command).Where(PlanRoom.MayBeMovedBy).Select(c => c.OrgId)
            .Except(counted).ToList();
        if (counted.Count + moved.Count == 0) return new PlanRooms();
        var locked = await LockAsync(context, [.. counted], moved);
        if (locked.Count > 0) await SetClockAsync(context, locked, fence, time);
        return new PlanRooms();
    }

    /// <summary>Counts for what is decided, be it that it comes now or that it waits.</summary>
    public async Task CountAsync(ArbiterDbContext context, IEnumerable<Command> asking, DateTimeOffset now)
    {
        var orgs = asking.Where(PlanRoom.IsNeededFor).Select(c => c.OrgId).ToHashSet();
        if (orgs.Count == 0) return;
        var claims = await context.Claims.CountedAt(now).Where(c => orgs.Contains(c.OrgId))
            .GroupBy(c => c.OrgId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count);
        var holds = await context.Holds.CountedAt(now).Where(h => orgs.Contains(h.OrgId))
            .GroupBy(h => h.OrgId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count);
        var resources = await context.Resources.Where(r => orgs.Contains(r.OrgId))
            .GroupBy(r => r.OrgId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count);
        foreach (var org in orgs)
        {
            var active = claims.GetValueOrDefault(org) + holds.GetValueOrDefault(org);
            _rooms[org] = new PlanRoom(active, resources.GetValueOrDefault(org));
        }
    }

    /// <summary>The room of a workspace; null where no command of the batch depends on it.</summary>
    public PlanRoom? Of(Guid orgId) => _rooms.GetValueOrDefault(orgId);

    /// <summary>Later commands of the batch find what the earlier ones have left.</summary>
    public void Move(Guid orgId, IReadOnlyList<ClaimFact> facts)
    {
        if (_rooms.TryGetValue(orgId, out var room)) _rooms[orgId] = room.After(facts);
    }

    /// <summary>
    /// Locks the rows of those that are counted, and of the others that have one: a workspace that never had a bound
    /// has none, and its batches wait for nobody. One statement, in the order of the ids, so that no two batches
    /// deadlock.
    /// </summary>
    private static Task<List<QuotaRow>> LockAsync(ArbiterDbContext context, List<Guid> counted, List<Guid> moved)
    {
        var quotas = context.TableOf<QuotaRow>();
        var sources = new List<string>();
        if (counted.Count > 0)
        {
            var rows = string.Join(", ", counted.Select((_, i) => $"({{{i}}})"));
            sources.Add($"SELECT wanted.column1 AS org_id FROM (VALUES {rows}) AS wanted");
        }

        if (moved.Count > 0)
        {
            var ids = string.Join(", ", moved.Select((_, i) => $"{{{counted.Count + i}}}"));
            sources.Add($"SELECT known.org_id FROM {quotas} AS known WHERE known.org_id IN ({ids})");
        }

        var sql = $"INSERT INTO {quotas} AS quota (org_id, counted_at)"
            + $" SELECT source.org_id, 0 FROM ({string.Join(" UNION ", sources)}) AS source WHERE true"
            + " ORDER BY source.org_id"
            + " ON CONFLICT (org_id) DO UPDATE SET counted_at = quota.counted_at RETURNING org_id, counted_at";
        return context.Quotas.FromSqlRaw(sql, [.. counted.Concat(moved).Cast<object>()]).AsNoTracking().ToListAsync();
    }

    /// <summary>
    /// After the wait for the locks the batch goes on at the time it has become, and never before that of an earlier
    /// batch that held one of them, whatever the clock of its instance said: what that one took for over stays over,
    /// and no claim seems to begin before the end of the one that has made room for it.
    /// </summary>
    private static async Task SetClockAsync(
        ArbiterDbContext context, List<QuotaRow> locked, Fence fence, TimeProvider time)
    {
        var before = DateTimeOffset.FromUnixTimeMilliseconds(locked.Max(q => q.CountedAt));
        var now = time.GetUtcNow().WholeMilliseconds();
        await fence.AdvanceAsync(context, before > now ? before : now);
        var (orgs, countedAt) = (locked.ConvertAll(q => q.OrgId), fence.Now.ToUnixTimeMilliseconds());
        await context.Quotas.Where(q => orgs.Contains(q.OrgId))
            .ExecuteUpdateAsync(q => q.SetProperty(x => x.CountedAt, countedAt));
    }
}
