using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>/v1/billing</c>: what the workspace is allowed, what it uses, and another plan.</summary>
internal static class BillingRoutes
{
    public static void MapBilling(this IEndpointRouteBuilder routes)
    {
        routes.MapMember("GET", "/v1/billing/status", Access.Read, StatusAsync);
        routes.MapMember("PUT", "/v1/billing/plan", Access.Own, ChangePlanAsync);
    }

    private static async Task<IResult> StatusAsync(OrgCall call)
    {
        var plan = call.Plans.Of(call.Workspace.Plan);
        if (await PlanUsage.FindAsync(call) is not { } usage) return ApiError.ArbiterUnavailable();
        return WireJson.Answer(BillingStatus.Of(plan, usage, BillingPeriod.At(call.Now)));
    }

    private static async Task<IResult> ChangePlanAsync(OrgCall call)
    {
        var (body, error) = await JsonBody.ReadAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var name = fields.Text("plan", PlanCatalog.NameLengthMax, required: true);
        if (name is not null && !call.Plans.Has(name))
            fields.Wrong("plan", $"Must be one of {string.Join(", ", call.Plans.Names)}.");
        if (fields.Refusal is { } refusal) return refusal;
        return await call.ChangeAsync(() =>
        {
            var workspace = call.Workspace;
            if (workspace.Plan != name)
            {
                call.Note("plan.changed", new { Plan = new { From = workspace.Plan, To = name } });
                workspace.Plan = name!;
                call.PrincipalsChanged();
            }

            return Task.FromResult(WireJson.Answer(
                new WorkspaceEnvelope(WorkspaceBody.Of(workspace, call.Member.Person.Role))));
        });
    }
}

/// <summary>How much of each limit is used.</summary>
internal sealed record PlanUsage(long Agents, long ProtectedResources, long ActiveClaims, long MonthlyApiCalls)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks everybody who counts; null where no arbiter answers.</summary>
    public static async Task<PlanUsage?> FindAsync(OrgCall call)
    {
        var requests = call.Context.RequestServices.GetRequiredService<IRequests>();
        UsageFound found;
        try
        {
            found = await requests.AskAsync<GetUsage, UsageFound>(
                ArbiterQueues.Usage, new GetUsage(call.OrgId), Patience, call.Aborted);
        }
        catch (NoAnswerException)
        {
            return null;
        }

        var calls = await CallBook.UsedAsync(call.Db, call.OrgId, BillingPeriod.At(call.Now), call.Now, call.Aborted);
        var agents = await call.Db.Agents.LongCountAsync(row => row.OrgId == call.OrgId, call.Aborted);
        return new PlanUsage(agents, found.ProtectedResources, found.ActiveClaims, calls);
    }

    public long Of(PlanLimit limit) => limit switch
    {
        PlanLimit.Agents => Agents,
        PlanLimit.ProtectedResources => ProtectedResources,
        PlanLimit.ActiveClaims => ActiveClaims,
        PlanLimit.MonthlyApiCalls => MonthlyApiCalls,
        _ => throw new ArgumentOutOfRangeException(nameof(limit), limit, "Nobody counts this."),
    };
}

/// <summary>The answer of <c>GET /v1/billing/status</c>.</summary>
internal sealed record BillingStatus(
    string Plan, PeriodBody Period, PlanLimits Limits, PlanUsage Usage, IReadOnlyList<UpgradeHint> UpgradeHints)
{
    public static BillingStatus Of(Plan plan, PlanUsage usage, BillingPeriod period) => new(
        plan.Name, new PeriodBody(period.Start, period.End), plan.Limits, usage, [.. Hints(plan, usage)]);

    private static IEnumerable<UpgradeHint> Hints(Plan plan, PlanUsage usage) =>
        from limit in Enum.GetValues<PlanLimit>()
        let max = plan.Limits.Of(limit)
        let used = usage.Of(limit)
        where max is not null && used * 100 >= max * UpgradeHint.FromPercent
        select UpgradeHint.Of(limit, used, max.Value, plan);
}

/// <summary>From <paramref name="Start"/> until just before <paramref name="End"/>.</summary>
internal sealed record PeriodBody(DateTimeOffset Start, DateTimeOffset End);
