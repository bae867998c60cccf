using Availsync.Contracts;
using Availsync.Edge.Limits;
using Availsync.Edge.Metering;
using Availsync.Edge.Telemetry;
using Availsync.Edge.Work;
using Availsync.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Access;

/// <summary>
/// Stands between routing and the endpoints: who is it, may a browser's page ask this, and neither too often nor more
/// than the plan allows. Routes that do not exist never get here, so an unknown one is 404 whatever the caller shows.
/// </summary>
internal sealed class Door(
    Directory directory,
    Origins origins,
    KeyBuckets buckets,
    Meter meter,
    EdgeMetrics metrics,
    TimeProvider time,
    IOptions<EdgeOptions> options)
{
    private readonly TimeSpan _patience = options.Value.Patience;

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<AdmissionRule>() is not { } rule)
        {
            await next(context);
            return;
        }

        metadata.GetMetadata<LegacyRoute>()?.Announce(context.Response);
        try
        {
            var refusal = await RefusalAsync(context, metadata, rule.Admission);
            if (refusal is not null) await refusal.ExecuteAsync(context);
            else await next(context);
        }
        catch (UnavailableException exception) when (!context.Response.HasStarted)
        {
            await exception.Error.ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Features.Get<Visit>()?.Note.HangUp();
            throw;
        }
    }

    private async ValueTask<ApiError?> RefusalAsync(
        HttpContext context, EndpointMetadataCollection metadata, Admission admission)
    {
        var deadline = time.GetUtcNow() + _patience;
        Principal? principal = null;
        if (admission == Admission.Authenticated)
        {
            principal = await AuthenticateAsync(context);
            if (principal is null) return ApiError.Unauthorized();
        }

        context.Features.Set(new Visit(principal, deadline));
        if (origins.Rejects(context.Request)) return Origins.Refusal;
        if (principal is not AgentPrincipal agent) return null;

        // The bucket goes first: what it refuses is not counted.
        if (buckets.Take(agent.KeyId, context.Response) is not { } refusal)
            return await CountAsync(context, metadata, agent.Workspace);
        metrics.RateLimited();
        return refusal;
    }

    private async ValueTask<ApiError?> CountAsync(
        HttpContext context, EndpointMetadataCollection metadata, Workspace workspace)
    {
        if (metadata.GetMetadata<Uncounted>() is not null) return null;
        if (await meter.CountAsync(workspace, context.RequestAborted) is not { } reached) return null;
        if (metadata.GetMetadata<RecordsRefusals>() is null || !IdempotencyKeys.IsGiven(context.Request))
            return PlanLimitError.Of(reached);
        context.Features.Set(context.Visit() with { Refusal = reached });
        return null;
    }

    private async ValueTask<Principal?> AuthenticateAsync(HttpContext context)
    {
        if (!Credential.TryRead(context.Request, out var credential)) return null;
        var found = await directory.AuthenticateAsync(credential, context.RequestAborted);
        if (found is { Fresh: true, Value: PersonPrincipal } && SessionCookie.Read(context.Request) is { } token)
            SessionCookie.Renew(context, token);
        return found.Value;
    }
}
