using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What a plan bounds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanLimit>))]
public enum PlanLimit
{
    /// <summary>Agents of the workspace, disabled ones included.</summary>
    Agents,

    /// <summary>Resources that have ever been claimed in enforce mode.</summary>
    ProtectedResources,

    /// <summary>Claims that hold something at the same time.</summary>
    ActiveClaims,

    /// <summary>Calls with an agent's key in one calendar month (UTC), heartbeats excepted.</summary>
    MonthlyApiCalls,
}

/// <summary>What a plan allows: 0 or more of each; null is without bound.</summary>
public sealed record PlanLimits(long? Agents, long? ProtectedResources, long? ActiveClaims, long? MonthlyApiCalls)
{
    /// <summary>Bounds nothing.</summary>
    public static PlanLimits None { get; } = new(null, null, null, null);

    /// <summary>The bound of one limit; null for none.</summary>
    public long? Of(PlanLimit limit) => limit switch
    {
        PlanLimit.Agents => Agents,
        PlanLimit.ProtectedResources => ProtectedResources,
        PlanLimit.ActiveClaims => ActiveClaims,
        PlanLimit.MonthlyApiCalls => MonthlyApiCalls,
        _ => throw new ArgumentOutOfRangeException(nameof(limit), limit, "Nobody bounds this."),
    };
}

/// <summary>The plan of a workspace, as its configuration is right now.</summary>
/// <param name="Upgrade">The next larger plan; null where there is none.</param>
public sealed record Plan(string Name, PlanLimits Limits, Upgrade? Upgrade = null);

/// <summary>A plan that allows more.</summary>
public sealed record Upgrade(string Plan, PlanLimits Limits);
