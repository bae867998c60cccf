using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Plans;

/// <summary>Looks into the claims table as often as it can, to catch a moment that history would not show.</summary>
internal sealed class Watch : IDisposable
{
    /// <summary>With so little left a claim may be over by the clock of whoever decided last.</summary>
    private static readonly TimeSpan NearlyOver = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _over = new();
    private readonly Task<int> _looking;

    private Watch(ArbiterStore store, Guid orgId) => _looking = Task.Run(() => LookAsync(store, orgId));

    public static Watch Begin(Target target, Guid orgId) => new(target.Store, orgId);

    /// <summary>The most claims that were ever active at the same time, in any look.</summary>
    public async Task<int> EndAsync()
    {
        await _over.CancelAsync();
        return await _looking;
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }

    /// <summary>The most leases that ever ran at the same time, by their own account.</summary>
    public static int Peak(IReadOnlyCollection<StoredLease> leases)
    {
        // A claim that ends makes room at once: of two that meet in one moment the end comes first.
        var steps = leases.Select(lease => (At: lease.StartedAt, By: 1))
            .Concat(leases.Select(lease => (At: lease.EndsAt, By: -1)))
            .OrderBy(step => step.At).ThenBy(step => step.By);
        var (running, peak) = (0, 0);
        foreach (var (_, by) in steps) peak = Math.Max(peak, running += by);
        return peak;
    }

    private async Task<int> LookAsync(ArbiterStore store, Guid orgId)
    {
        var (peak, ended) = (0, _over.Token);
        while (!ended.IsCancellationRequested)
        {
            var nearlyOver = Target.Clock.GetUtcNow() + NearlyOver;
            var active = await store.ActiveLeasesAsync(orgId);
            peak = Math.Max(peak, active.Count(lease => lease.EndsAt > nearlyOver));
            await Task.Delay(TimeSpan.FromMilliseconds(5), Target.Clock, CancellationToken.None);
        }

        return peak;
    }
}
