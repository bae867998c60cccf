using Availsync.Contracts;
using Availsync.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>
/// Lets a call to <c>/v1</c> through only with the identity that the edge has signed: whoever reaches this address
/// without having passed the edge is nobody.
/// </summary>
internal static class IdentityGate
{
    public static IApplicationBuilder UseIdentityGate(this IApplicationBuilder app)
    {
        // Read with the first call: the host checks every section of the settings before that, and tells them all.
        var services = app.ApplicationServices;
        var key = new Lazy<byte[]>(
            () => services.GetRequiredService<IOptions<InternalOptions>>().Value.SigningKeyBytes());
        var time = services.GetRequiredService<TimeProvider>();
        return app.Use((context, next) => PassAsync(context, next, key.Value, time));
    }

    /// <summary>The identity that the gate has let through.</summary>
    public static InternalIdentity Identity(this HttpContext context) =>
        context.Features.GetRequiredFeature<InternalIdentity>();

    private static Task PassAsync(HttpContext context, RequestDelegate next, byte[] key, TimeProvider time)
    {
        if (!context.Request.Path.StartsWithSegments("/v1")) return next(context);
        var token = context.Request.Headers[InternalIdentity.Header];
        var identity = InternalIdentity.Verify(token is [{ } only] ? only : null, key, time.GetUtcNow());
        if (identity is null) return ApiError.Unauthorized().ExecuteAsync(context);
        context.Features.Set(identity);
        return next(context);
    }
}
