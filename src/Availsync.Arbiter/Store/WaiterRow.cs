using System.Text.Json;
using Availsync.Arbiter.Deciding;
using Availsync.Decisions;

namespace Availsync.Arbiter.Store;

/// <summary>A place in the queue of a root. Written in the transaction that gives, moves, answers or ends it.</summary>
internal sealed class WaiterRow
{
    /// <summary>The ticket.</summary>
    public required Guid Id { get; init; }

    public required string RootId { get; init; }

    public required Guid OrgId { get; init; }

    public required string Root { get; init; }

    public required int Slot { get; init; }

    /// <summary>A JSON object: the whole <see cref="Waiter"/>.</summary>
    public required string Place { get; init; }

    public static WaiterRow Of(Waiter waiter)
    {
        var (orgId, root) = (waiter.Request.OrgId, waiter.Request.Resource.Root);
        return new WaiterRow
        {
            Id = waiter.Ticket,
            RootId = RootKey.Of(orgId, root),
            OrgId = orgId,
            Root = root,
            Slot = waiter.Request.Slot.Value,
            Place = JsonSerializer.Serialize(waiter),
        };
    }

    public Waiter ToWaiter() => JsonSerializer.Deserialize<Waiter>(Place)!;
}
