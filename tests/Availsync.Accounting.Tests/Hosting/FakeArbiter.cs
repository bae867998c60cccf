using System.Collections.Concurrent;
using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Accounting.Tests;

/// <summary>Knows claims and counts of workspaces as tests set them, and is silent towards those it is told to be.</summary>
internal sealed class FakeArbiter : IRequestHandler<GetUsage, UsageFound>, IRequestHandler<GetClaim, ClaimFound>
{
    private readonly ConcurrentDictionary<Guid, UsageFound> _usage = new();
    private readonly ConcurrentDictionary<ClaimId, Claim> _claims = new();
    private readonly ConcurrentDictionary<Guid, bool> _silent = new();

    public void Use(Guid orgId, long activeClaims, long protectedResources) =>
        _usage[orgId] = new UsageFound(activeClaims, protectedResources);

    public void BeSilentTowards(Guid orgId, bool silent = true) => _silent[orgId] = silent;

    /// <summary>A claim that an agent holds.</summary>
    public ClaimId Grant(Guid orgId, Guid agentId, DateTimeOffset now)
    {
        Assert.True(ResourceRef.TryParse("repo:acme/site", out var resource, out _));
        var claim = new Claim(
            ClaimId.Create(now, Slot.Of(orgId, resource.Root)), orgId, agentId, "agent", resource, ClaimStatus.Active, 100,
            null, "generic", now, now.AddHours(1), null, new FencingToken(1), null, "{}", null, null);
        _claims[claim.Id] = claim;
        return claim.Id;
    }

    public Task<UsageFound> HandleAsync(GetUsage request, CancellationToken cancellationToken) =>
        Answer(request.OrgId, _usage.GetValueOrDefault(request.OrgId) ?? new UsageFound(0, 0));

    public Task<ClaimFound> HandleAsync(GetClaim request, CancellationToken cancellationToken)
    {
        var claim = _claims.GetValueOrDefault(request.ClaimId);
        return Answer(request.OrgId, new ClaimFound(claim?.OrgId == request.OrgId ? claim : null));
    }

    private Task<T> Answer<T>(Guid orgId, T answer) => _silent.GetValueOrDefault(orgId)
        ? throw new TimeoutException("The arbiter is away.")
        : Task.FromResult(answer);
}
