using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Http;

namespace Availsync.Edge.Traffic;

/// <summary>
/// Stands in front of everything and notes how each call of an agent, and of a person to the work routes, has gone. A
/// call pays for that with one write into memory.
/// </summary>
internal sealed class TrafficRecorder(TrafficQueue queue, TimeProvider time)
{
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var start = time.GetTimestamp();
        var isCutOff = true;
        var begun = new AnswerBegun(() => TryRecord(context, time.GetElapsedTime(start), isCutOff: false));
        context.Features.Set(begun);
        try
        {
            await next(context);
            isCutOff = false;
        }
        finally
        {
            if (!begun.IsRecorded) TryRecord(context, time.GetElapsedTime(start), isCutOff);
        }
    }

    private void TryRecord(HttpContext context, TimeSpan latency, bool isCutOff)
    {
        // Who could not be authenticated has no workspace to tell it to.
        if (context.Features.Get<Visit>() is { Principal: { } principal } visit)
            Record(context, principal, visit.Note, latency, isCutOff);
    }

    private void Record(HttpContext context, Principal principal, TrafficNote note, TimeSpan latency, bool isCutOff)
    {
        var endpoint = context.GetEndpoint();
        var type = endpoint?.Metadata.GetMetadata<TrafficType>() ?? TrafficType.Other;
        if (principal is PersonPrincipal && !type.OfPeopleToo) return;

        var hasHungUp = note.HasHungUp
            || (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted);
        var status = hasHungUp ? StatusCodes.Status499ClientClosedRequest : context.Response.StatusCode;
        var agent = (principal as AgentPrincipal)?.Agent ?? note.Agent;
        var at = time.GetUtcNow();
        queue.Add(new TrafficRecord(
            Guid.CreateVersion7(at), at, principal.Workspace.Id, agent?.Id, agent?.Name,
            (principal as PersonPrincipal)?.PersonId, type.Name,
            $"{context.Request.Method} {(endpoint as RouteEndpoint)?.RoutePattern.RawText}",
            isCutOff ? TrafficStatus.Failed : StatusOf(status, note),
            status, (int)Math.Min(latency.TotalMilliseconds, int.MaxValue),
            hasHungUp ? null : context.ErrorCode() ?? note.ErrorOfAccounting,
            note.ClaimId, note.Resource, context.RequestId()));
    }

    private static TrafficStatus StatusOf(int status, TrafficNote note) => status switch
    {
        StatusCodes.Status499ClientClosedRequest or >= 500 => TrafficStatus.Failed,
        StatusCodes.Status402PaymentRequired or StatusCodes.Status429TooManyRequests => TrafficStatus.Limited,
        _ when note.IsBlocked => TrafficStatus.Blocked,
        >= 400 => TrafficStatus.Rejected,
        _ => TrafficStatus.Ok,
    };
}
