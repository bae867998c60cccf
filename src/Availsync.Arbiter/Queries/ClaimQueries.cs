using Availsync.Arbiter.Store;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Queries;

/// <summary>
/// Reads committed claims, so every write that was answered before is seen. A lease past its expiry reads as expired at
/// once, whether or not the wake-up that writes it down has come.
/// </summary>
internal sealed class ClaimQueries(ArbiterDbContext context, TimeProvider time)
    : IRequestHandler<GetClaim, ClaimFound>, IRequestHandler<ListClaims, ClaimPage>
{
    public async Task<ClaimFound> HandleAsync(GetClaim request, CancellationToken cancellationToken)
    {
        var row = await context.Claims.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == request.ClaimId.Value && c.OrgId == request.OrgId, cancellationToken);
        return new ClaimFound(row?.ToClaim().AsOf(time.GetUtcNow()));
    }

    public async Task<ClaimPage> HandleAsync(ListClaims request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var claims = context.Claims.AsNoTracking().Where(c => c.OrgId == request.OrgId && !c.IsRehearsal);
        if (request.AgentId is { } agent) claims = claims.Where(c => c.AgentId == agent);
        if (request.Resource is { } resource)
        {
            var identity = StoredNames.Identity(resource);
            claims = claims.Where(c => c.Resource == identity);
        }

        if (request.Status is { } status) claims = OfStatus(claims, status, now);
        var total = await claims.LongCountAsync(cancellationToken);
        var page = await claims.OrderByDescending(c => c.Id) // A UUIDv7: newest first.
            .Skip(request.Offset).Take(request.Limit).ToListAsync(cancellationToken);
        return new ClaimPage([.. page.Select(c => c.ToClaim().AsOf(now))], total);
    }

    private static IQueryable<ClaimRow> OfStatus(IQueryable<ClaimRow> claims, ClaimStatus status, DateTimeOffset now)
    {
        var stored = StoredNames.Of(status);
        return status switch
        {
            ClaimStatus.Active => claims.Where(c => c.Status == stored && c.ExpiresAt > now),
            ClaimStatus.Expired => claims.Where(
                c => c.Status == stored || (c.Status == StoredNames.Active && c.ExpiresAt <= now)),
            _ => claims.Where(c => c.Status == stored),
        };
    }
}
