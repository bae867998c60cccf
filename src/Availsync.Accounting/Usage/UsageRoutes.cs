using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary><c>POST /v1/activity/usage</c>: tokens and money, as the agent says.</summary>
internal static class UsageRoutes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapUsage(this IEndpointRouteBuilder routes) => routes.MapAgent("/v1/activity/usage", RecordAsync);

    private static async Task<IResult> RecordAsync(AgentCall call)
    {
        var (body, error) = await JsonBody.ReadAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var form = UsageForm.Read(fields);
        var (key, wrongKey) = Repeats.Read(call.Context);
        if (fields.Refusal is { } refusal) return refusal;
        if (wrongKey is not null) return wrongKey;
        // Asked before the change: nobody waits for an arbiter inside of a transaction. A repeat needs no answer to it.
        var claimRefusal = form.ClaimId is { } claimId ? await RefuseClaimAsync(call, claimId) : null;
        return await call.ChangeOnceAsync(key, body, async () =>
        {
            if (claimRefusal is not null) return claimRefusal;
            var row = form.ToRow(call.OrgId, call.AgentId, call.Now);
            call.Db.Add(row);
            var sums = new DailySums();
            var today = sums.Of(call.OrgId, call.AgentId, call.Now);
            today.TokensReported = form.Tokens;
            today.CostMicroUsd = form.CostMicroUsd ?? 0;
            await sums.WriteAsync(call.Db, call.Aborted);
            return WireJson.Answer(new UsageRecorded(true, row.Id), StatusCodes.Status202Accepted);
        });
    }

    private static async Task<ApiError?> RefuseClaimAsync(AgentCall call, Guid claimId)
    {
        var requests = call.Context.RequestServices.GetRequiredService<IRequests>();
        try
        {
            var found = await requests.AskAsync<GetClaim, ClaimFound>(
                ArbiterQueues.Claim, new GetClaim(call.OrgId, new ClaimId(claimId)), Patience, call.Aborted);
            if (found.Claim is null) return ApiError.NotFound("There is no such claim.");
            return found.Claim.AgentId == call.AgentId
                ? null
                : new ApiError(403, "not_claim_owner", "The claim belongs to another agent.");
        }
        catch (NoAnswerException)
        {
            return ApiError.ArbiterUnavailable();
        }
    }

    private sealed record UsageRecorded(bool Recorded, Guid Id);
}
