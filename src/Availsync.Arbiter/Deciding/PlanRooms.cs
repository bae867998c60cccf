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
/// themselves are counted, and no counter can drift from the truth.
/// </summary>
internal sealed class PlanRooms
{
    private readonly Dictionary<Guid, PlanRoom> _rooms;

    private PlanRooms(Dictionary<Guid, PlanRoom> rooms) => _rooms = rooms;

    public static async Task<PlanRooms> TakeAsync(
        ArbiterDbContext context, IEnumerable<PendingCommand> commands, Fence fence, TimeProvider time)
    {
        var orgs = commands.Select(c => PlanRoom.NeededBy(c.Command)).OfType<Guid>()
            .Distinct().Order().ToList(); // In order: no two batches deadlock.
        if (orgs.Count == 0) return new PlanRooms([]);
        await LockAsync(context, orgs);
        // A claim that starts now must not seem to have begun before the end of the one that has made room for it.
        await fence.AdvanceAsync(context, time.GetUtcNow().WholeMilliseconds());
        var claims = await context.Claims.CountedAt(fence.Now).Where(c => orgs.Contains(c.OrgId))
            .GroupBy(c => c.OrgId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count);
        var holds = await context.Holds.CountedAt(fence.Now).Where(h => orgs.Contains(h.OrgId))
            .GroupBy(h => h.OrgId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count);
        var resources = await context.Resources.Where(r => orgs.Contains(r.OrgId))
            .GroupBy(r => r.OrgId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count);
        return new PlanRooms(orgs.ToDictionary(
            org => org,
            org => new PlanRoom(
                claims.GetValueOrDefault(org) + holds.GetValueOrDefault(org), resources.GetValueOrDefault(org))));
    }

    /// <summary>The room of a workspace; null where no command of the batch depends on it.</summary>
    public PlanRoom? Of(Guid orgId) => _rooms.GetValueOrDefault(orgId);

    /// <summary>Later commands of the batch find what the earlier ones have left.</summary>
    public void Move(Guid orgId, IReadOnlyList<ClaimFact> facts)
    {
        if (_rooms.TryGetValue(orgId, out var room)) _rooms[orgId] = room.After(facts);
    }

    private static Task<int> LockAsync(ArbiterDbContext context, List<Guid> orgs)
    {
        var rows = string.Join(", ", orgs.Select((_, i) => $"({{{i}}})"));
        var sql = $"INSERT INTO {context.TableOf<QuotaRow>()} (org_id) VALUES {rows}"
            + " ON CONFLICT (org_id) DO UPDATE SET org_id = excluded.org_id";
        return context.Database.ExecuteSqlRawAsync(sql, orgs.Cast<object>());
    }
}
