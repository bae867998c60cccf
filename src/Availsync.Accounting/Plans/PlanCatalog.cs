using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>The plans of this install, and which of them is the next larger one.</summary>
internal sealed class PlanCatalog
{
    public const int NameLengthMax = 32;
    private readonly Dictionary<string, Plan> _plans;
    private readonly string _default;

    public PlanCatalog(IOptions<PlansOptions> plans)
    {
        var limits = plans.Value.Plans.ToDictionary(p => p.Key, p => p.Value.ToLimits());
        _plans = limits.ToDictionary(p => p.Key, p => new Plan(p.Key, p.Value, NextAbove(p.Value, limits)));
        _default = plans.Value.Default;
    }

    /// <summary>The names, the smallest plan first.</summary>
    public IReadOnlyList<string> Names => [.. _plans.Values.OrderBy(p => p.Limits, BySize).Select(p => p.Name)];

    /// <summary>Whether there is a plan of this name.</summary>
    public bool Has(string name) => _plans.ContainsKey(name);

    /// <summary>
    /// What a workspace on this plan may do. A plan that has gone from the configuration allows what new workspaces
    /// get: neither nothing, which would stop what works, nor everything.
    /// </summary>
    public Plan Of(string name) => _plans.TryGetValue(name, out var plan) ? plan : _plans[_default] with { Name = name };

    private static IComparer<PlanLimits> BySize { get; } = Comparer<PlanLimits>.Create((one, other) =>
        SizesOf(one).Zip(SizesOf(other), (a, b) => a.CompareTo(b)).FirstOrDefault(c => c != 0));

    /// <summary>The smallest plan that allows more of something and less of nothing.</summary>
    private static Upgrade? NextAbove(PlanLimits limits, Dictionary<string, PlanLimits> all)
    {
        var larger = all.Where(p => IsAbove(p.Value, limits)).OrderBy(p => p.Value, BySize).ToList();
        return larger.Count == 0 ? null : new Upgrade(larger[0].Key, larger[0].Value);
    }

    private static bool IsAbove(PlanLimits candidate, PlanLimits limits) =>
        candidate != limits && SizesOf(candidate).Zip(SizesOf(limits)).All(pair => pair.First >= pair.Second);

    private static IEnumerable<long> SizesOf(PlanLimits limits) =>
        [.. Enum.GetValues<PlanLimit>().Select(limit => limits.Of(limit) ?? long.MaxValue)];
}
