using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>Lists everything that is wrong with the plans at once. Defaults cannot be taken away, only changed.</summary>
internal sealed class PlansOptionsValidator : IValidateOptions<PlansOptions>
{
    public ValidateOptionsResult Validate(string? name, PlansOptions options)
    {
        List<string> failures = [];
        foreach (var (plan, allowed) in options.Plans)
        {
            if (!IsName(plan))
                failures.Add($"Plans has '{plan}': a name has 1 to {PlanCatalog.NameLengthMax} characters a-z, 0-9, _, -.");
            foreach (var limit in Enum.GetValues<PlanLimit>())
            {
                if (allowed.ToLimits().Of(limit) < 0)
                    failures.Add($"Plans:{plan}:{limit} must be at least 0, or empty for no bound.");
            }
        }

        if (!options.Plans.ContainsKey(options.Default))
            failures.Add($"Accounts:DefaultPlan must name a plan, and '{options.Default}' is none of Plans.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsName(string text) =>
        text.Length is >= 1 and <= PlanCatalog.NameLengthMax
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
