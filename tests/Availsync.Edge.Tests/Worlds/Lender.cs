using Availsync.Contracts;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>Lends calls to edges as accounting does: never more, all in all, than the plan has.</summary>
internal sealed class Lender(long? max)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid Edge, Guid Org, string Period), (long Used, long Allowed)> _loans = [];

    /// <summary>How many calls each workspace has in a month; null for no bound.</summary>
    public long? Max { get; set; } = max;

    public CallsMetered Lend(MeterCalls report)
    {
        lock (_gate) return new CallsMetered([.. report.Counts.Select(count => Lend(report.EdgeId, count))]);
    }

    private CallAllowance Lend(Guid edge, CallCount count)
    {
        var others = _loans
            .Where(l => l.Key.Edge != edge && l.Key.Org == count.OrgId && l.Key.Period == count.Period)
            .Select(l => l.Value).ToList();
        long? allowed = Max is null
            ? null
            : count.Used + Math.Clamp(Max.Value - others.Sum(l => l.Allowed) - count.Used, 0, count.Wanted);
        _loans[(edge, count.OrgId, count.Period)] = (count.Used, allowed ?? count.Used);
        return new CallAllowance(count.OrgId, count.Period, allowed, count.Used + others.Sum(l => l.Used));
    }
}
