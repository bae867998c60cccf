using Availsync.Arbiter.Store;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Holds;

/// <summary>
/// Reads committed holds, so every write that was answered before is seen. One that was not confirmed in time reads as
/// lapsed at once, whether or not the wake-up that writes it down has come.
/// </summary>
internal sealed class HoldQueries(ArbiterDbContext context, TimeProvider time)
    : IRequestHandler<GetHold, HoldFound>, IRequestHandler<ListHolds, HoldPage>
{
    public async Task<HoldFound> HandleAsync(GetHold request, CancellationToken cancellationToken)
    {
        var row = await Visible(request.OrgId, request.AgentId)
            .SingleOrDefaultAsync(h => h.Id == request.HoldId.Value, cancellationToken);
        return new HoldFound(row?.ToHold().AsOf(time.GetUtcNow()));
    }

    public async Task<HoldPage> HandleAsync(ListHolds request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var holds = Visible(request.OrgId, request.AgentId);
        if (request.Resource is { Name: var resource }) holds = holds.Where(h => h.Resource == resource);
        if (request.From is { } from) holds = holds.Where(h => h.EndsAt > from);
        if (request.To is { } to) holds = holds.Where(h => h.StartsAt < to);
        if (request.Status is { } status) holds = holds.OfStatus(status, now);
        var total = await holds.LongCountAsync(cancellationToken);
        var page = await holds.OrderByDescending(h => h.Id) // A UUIDv7: newest first.
            .Skip(request.Offset).Take(request.Limit).ToListAsync(cancellationToken);
        return new HoldPage([.. page.Select(h => h.ToHold().AsOf(now))], total);
    }

    private IQueryable<HoldRow> Visible(Guid orgId, Guid? agentId)
    {
        var holds = context.Holds.AsNoTracking().Where(h => h.OrgId == orgId);
        return agentId is { } agent ? holds.Where(h => h.AgentId == agent) : holds;
    }
}
