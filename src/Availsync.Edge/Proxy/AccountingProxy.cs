using System.Net;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Metering;
using Availsync.Edge.Traffic;
using Availsync.Http;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Availsync.Edge.Proxy;

/// <summary>
/// Forwards calls to accounting. In place of the caller's credential, which stops here like all that accounting has no
/// use for, goes who the caller is, signed.
/// </summary>
internal static class AccountingProxy
{
    private const string DataProtection = "Microsoft.AspNetCore.DataProtection";

    public static void AddAccountingProxy(this IServiceCollection services)
    {
        services.AddReverseProxy().AddTransforms(Transform);
        KeepNoKeyRing(services);
        services.AddSingleton<IProxyConfigProvider>(provider => AccountingCluster.Create(
            provider.GetRequiredService<IOptions<AccountingOptions>>().Value,
            provider.GetRequiredService<IOptions<EdgeOptions>>().Value));
    }

    public static void MapAccounting(this IEndpointRouteBuilder routes) => routes
        .MapReverseProxy(proxy =>
        {
            proxy.Use(LimitBodyAsync);
            proxy.Use(TellFailureAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        })
        .ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata([.. MetadataOf(route.RouteId)]));

    /// <summary>A route's id is its path.</summary>
    private static IEnumerable<object> MetadataOf(string path)
    {
        var route = AccountingRoutes.All.Single(route => route.Path == path);
        yield return new AdmissionRule(route.Admission);
        yield return new TrafficType(route.Type);
        if (!route.IsCounted) yield return new Uncounted();
    }

    /// <summary>
    /// The proxy registers data protection for an affinity that is not used here, and its key ring would be written
    /// into the user's home at start.
    /// </summary>
    private static void KeepNoKeyRing(IServiceCollection services)
    {
        var keyRing = services.Where(service =>
            service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Namespace?.StartsWith(DataProtection, StringComparison.Ordinal) == true);
        foreach (var service in keyRing.ToList()) services.Remove(service);
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
    }

    private static void Transform(TransformBuilderContext builder)
    {
        var services = builder.Services;
        var key = services.GetRequiredService<IOptions<InternalOptions>>().Value.SigningKeyBytes();
        var time = services.GetRequiredService<TimeProvider>();
        builder.UseDefaultForwarders = false;
        builder.AddRequestHeadersAllowed("Accept", "Content-Length", "Content-Type", "Idempotency-Key");
        builder.AddRequestTransform(context =>
        {
            var identity = Identify(context.HttpContext, time.GetUtcNow());
            var headers = context.ProxyRequest.Headers;
            Replace(headers, InternalIdentity.Header, identity.Sign(key));
            Replace(headers, RequestIds.Header, identity.RequestId);
            return default;
        });
        builder.AddResponseTransform(context =>
        {
            var response = context.HttpContext.Response;
            response.Headers[RequestIds.Header] = context.HttpContext.RequestId();
            response.Headers.Remove("Server");

            // For the record of the call alone: clients read the code in the body.
            if (response.Headers.Remove(InternalIdentity.ErrorHeader, out var code))
                context.HttpContext.Visit().Note.ErrorOfAccounting = code;
            return default;
        });
    }

    private static InternalIdentity Identify(HttpContext context, DateTimeOffset now) => new(
        context.Visit().Principal, AddressOf(context.Connection.RemoteIpAddress), context.RequestId(), now,
        context.Request.Scheme, Loopback.HasBothEnds(context));

    private static string? AddressOf(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();

    private static void Replace(System.Net.Http.Headers.HttpRequestHeaders headers, string name, string value)
    {
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>The same limit as at the edge's own routes, before a byte of the body has gone on.</summary>
    private static async Task LimitBodyAsync(HttpContext context, RequestDelegate next)
    {
        var (bytes, error) = await LimitedBody.ReadAsync(context);
        if (error is not null)
        {
            await error.ExecuteAsync(context);
            return;
        }

        if (!bytes.IsEmpty)
        {
            context.Request.Headers.Remove("Transfer-Encoding");
            context.Request.ContentLength = bytes.Length;
            context.Request.Body = new MemoryStream(bytes.ToArray(), writable: false);
        }

        await next(context);
    }

    /// <summary>What accounting says goes through as it is; where it says nothing, the caller is told 503.</summary>
    private static async Task TellFailureAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var failed = context.GetForwarderErrorFeature() is not null;
        if (failed && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            await ApiError.AccountingUnavailable().ExecuteAsync(context);
    }
}
