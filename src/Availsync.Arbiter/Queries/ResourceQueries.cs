using Availsync.Arbiter.Store;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Queries;

/// <summary>Reads the protected resources, the last claimed first.</summary>
internal sealed class ResourceQueries(ArbiterDbContext context, TimeProvider time)
    : IRequestHandler<ListResources, ResourcePage>
{
    public async Task<ResourcePage> HandleAsync(ListResources request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var resources = context.Resources.AsNoTracking().Where(r => r.OrgId == request.OrgId);
        var total = await resources.LongCountAsync(cancellationToken);
        var page = await resources.OrderByDescending(r => r.LastClaimedAt).ThenBy(r => r.Resource)
            .Skip(request.Offset).Take(request.Limit)
            .Select(r => new
            {
                Row = r,
                Active = context.Claims.Count(c => c.RootId == r.RootId && c.Resource == r.Resource
                    && c.Status == StoredNames.Active && c.ExpiresAt > now),
            })
            .ToListAsync(cancellationToken);
        return new ResourcePage(
            [.. page.Select(p => new ProtectedResource(
                StoredNames.Resource(p.Row.ShownAs), p.Row.ProtectedAt, p.Row.LastClaimedAt, p.Active))],
            total);
    }
}
