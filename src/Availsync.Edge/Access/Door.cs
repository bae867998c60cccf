using Availsync.Contracts;
using Availsync.Edge.Limits;
using Availsync.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Access;

/// <summary>
/// Stands between routing and the endpoints: who is it, may a browser's page ask this, and not too often. Routes that
/// do not exist never get here, so an unknown one is 404 whatever the caller shows.
/// </summary>
internal sealed class Door(
    Directory directory, Origins origins, KeyBuckets buckets, TimeProvider time, IOptions<EdgeOptions> options)
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
            if (await RefusalAsync(context, rule.Admission) is { } refusal) await refusal.ExecuteAsync(context);
            else await next(context);
        }
        catch (UnavailableException exception) when (!context.Response.HasStarted)
        {
            await exception.Error.ExecuteAsync(context);
        }
    }

    private async ValueTask<ApiError?> RefusalAsync(HttpContext context, Admission admission)
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
        return principal is AgentPrincipal agent ? buckets.Take(agent.KeyId, context.Response) : null;
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
