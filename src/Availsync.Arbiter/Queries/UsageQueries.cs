using Availsync.Arbiter.Holds;
using Availsync.Arbiter.Store;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Queries;

/// <summary>Counts what a workspace uses of its plan, as the decisions count it.</summary>
internal sealed class UsageQueries(ArbiterDbContext context, TimeProvider time) : IRequestHandler<GetUsage, UsageFound>
{
    public async Task<UsageFound> HandleAsync(GetUsage request, CancellationToken cancellationToken) => new(
        await context.Claims.CountedAt(time.GetUtcNow())
            .LongCountAsync(c => c.OrgId == request.OrgId, cancellationToken)
        + await context.Holds.CountedAt(time.GetUtcNow())
            .LongCountAsync(h => h.OrgId == request.OrgId, cancellationToken),
        await context.Resources.LongCountAsync(r => r.OrgId == request.OrgId, cancellationToken));
}
