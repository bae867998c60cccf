using System.Globalization;
using System.Text.Json;
using Availsync.Contracts;

namespace Availsync.Http;

/// <summary>Tells a workspace which plan would give it more of what it runs out of.</summary>
/// <param name="Limit">What runs out.</param>
/// <param name="Plan">The plan that allows more; null where none does, so that the operator has to be asked.</param>
/// <param name="PlanMax">How much that plan allows; null for no bound.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record UpgradeHint(PlanLimit Limit, long Used, long Max, string? Plan, long? PlanMax, string Message)
{
    /// <summary>The share of a limit from which on a hint is given, in percent.</summary>
    public const int FromPercent = 80;

    /// <summary>The hint for one limit of a plan.</summary>
    public static UpgradeHint Of(PlanLimit limit, long used, long max, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(limit.ToString());
        var usage = string.Create(CultureInfo.InvariantCulture, $"{used} of {max} {name.Replace('_', ' ')} are used");
        return plan.Upgrade is { } upgrade && IsMore(upgrade.Limits.Of(limit), max)
            ? new UpgradeHint(limit, used, max, upgrade.Plan, upgrade.Limits.Of(limit),
                $"{usage}; the plan '{upgrade.Plan}' allows {Text(upgrade.Limits.Of(limit))}.")
            : new UpgradeHint(limit, used, max, null, null, $"{usage}; no plan of this install allows more.");
    }

    private static bool IsMore(long? allowed, long max) => allowed is null || allowed > max;

    private static string Text(long? max) => max?.ToString(CultureInfo.InvariantCulture) ?? "any number";
}

/// <summary>402: the plan of the workspace allows no more.</summary>
public static class PlanLimitError
{
    private const string Code = "plan_limit_reached";

    /// <summary>The refusal, with the limit, the plan and how to get more.</summary>
    public static ApiError Of(Outcome.PlanLimitReached reached)
    {
        ArgumentNullException.ThrowIfNull(reached);
        var members = new
        {
            Action = Code,
            Limit = new { Name = reached.Limit, reached.Used, reached.Max },
            Plan = reached.Plan.Name,
            UpgradeHint = UpgradeHint.Of(reached.Limit, reached.Used, reached.Max, reached.Plan),
        };
        return new ApiError(402, Code, "The plan of the workspace allows no more of this.")
        {
            Members = JsonSerializer.SerializeToNode(members, WireJson.Options)!.AsObject(),
        };
    }
}
