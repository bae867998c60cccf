using System.Collections.Immutable;
using Availsync.Arbiter.Holds;
using Availsync.Arbiter.Store;
using Availsync.Decisions;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// Writes the difference between two states of a root, so that what is stored is exactly what memory holds, however
/// many facts lay between.
/// </summary>
internal static class RootWriter
{
    public static void Write(ArbiterDbContext context, RootState before, RootState after, bool isStored)
    {
        if (ReferenceEquals(before, after)) return;
        var rootId = RootKey.Of(after.OrgId, after.Root);
        var root = new RootRow
        {
            Id = rootId,
            OrgId = after.OrgId,
            Root = after.Root,
            LastToken = after.LastToken.Value,
            LastSequence = after.LastSequence,
        };
        context.Entry(root).State = isStored ? EntityState.Modified : EntityState.Added;

        foreach (var (id, claim) in after.Claims)
        {
            var known = before.Claims.TryGetValue(id, out var old);
            if (!ReferenceEquals(old, claim))
                context.Entry(ClaimRow.Of(claim)).State = known ? EntityState.Modified : EntityState.Added;
        }

        WriteQueue(context, before.Queue, after.Queue);
        foreach (var (id, hold) in after.Holds)
        {
            var known = before.Holds.TryGetValue(id, out var old);
            if (!ReferenceEquals(old, hold))
                context.Entry(HoldRow.Of(hold)).State = known ? EntityState.Modified : EntityState.Added;
        }

        foreach (var (resource, state) in after.Resources)
        {
            var known = before.Resources.TryGetValue(resource, out var old);
            if (ReferenceEquals(old, state)) continue;
            var row = new ResourceRow
            {
                RootId = rootId,
                Resource = StoredNames.Identity(resource),
                OrgId = after.OrgId,
                ShownAs = state.Resource.ToString(),
                ProtectedAt = state.ProtectedAt,
                LastClaimedAt = state.LastClaimedAt,
            };
            context.Entry(row).State = known ? EntityState.Modified : EntityState.Added;
        }
    }

    private static void WriteQueue(
        ArbiterDbContext context, ImmutableList<Waiter> before, ImmutableList<Waiter> after)
    {
        if (ReferenceEquals(before, after)) return;
        var known = before.ToDictionary(w => w.Ticket);
        foreach (var waiter in after)
        {
            var isKnown = known.Remove(waiter.Ticket, out var old);
            if (!ReferenceEquals(old, waiter))
                context.Entry(WaiterRow.Of(waiter)).State = isKnown ? EntityState.Modified : EntityState.Added;
        }

        foreach (var gone in known.Values) context.Entry(WaiterRow.Of(gone)).State = EntityState.Deleted;
    }
}
