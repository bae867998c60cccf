using Availsync.Contracts;
using Availsync.Settings;

namespace Availsync.Accounting;

/// <summary>
/// What plans there are: the section <c>Plans</c> of the configuration, one subsection a plan. A setting that is left
/// out keeps the default of a plan that exists already; an empty one lifts the bound.
/// </summary>
internal sealed class PlansOptions
{
    public const string Section = "Plans";

    /// <summary>By name.</summary>
    public IDictionary<string, PlanOptions> Plans { get; } = new Dictionary<string, PlanOptions>
    {
        ["free"] = new() { Agents = 3, ProtectedResources = 5, ActiveClaims = 5, MonthlyApiCalls = 10_000 },
        ["team"] = new() { Agents = 25, ProtectedResources = 100, ActiveClaims = 100, MonthlyApiCalls = 500_000 },
        ["scale"] = new()
        {
            Agents = 250, ProtectedResources = 2_000, ActiveClaims = 2_000, MonthlyApiCalls = 10_000_000,
        },
        ["unlimited"] = new(),
    };

    /// <summary>The plan that new workspaces get, <c>Accounts:DefaultPlan</c>: a plan that has to be there.</summary>
    public string Default { get; set; } = AccountsOptions.PlanByDefault;

    /// <summary>Reads the section over the defaults.</summary>
    public void Read(IConfiguration configuration)
    {
        Default = configuration.GetSection(AccountsOptions.Section)[nameof(AccountsOptions.DefaultPlan)] ?? Default;
        foreach (var child in configuration.GetSection(Section).GetChildren())
        {
            if (!Plans.TryGetValue(child.Key, out var plan)) Plans[child.Key] = plan = new PlanOptions();
            SettingsBinder.Bind(child, plan);
        }
    }
}

/// <summary>What one plan allows; null is without bound.</summary>
internal sealed class PlanOptions
{
    public long? Agents { get; set; }

    public long? ProtectedResources { get; set; }

    public long? ActiveClaims { get; set; }

    /// <summary>In one calendar month, UTC.</summary>
    public long? MonthlyApiCalls { get; set; }

    public PlanLimits ToLimits() => new(Agents, ProtectedResources, ActiveClaims, MonthlyApiCalls);
}
