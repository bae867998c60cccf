using Availsync.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Availsync.Accounting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work.</summary>
internal static class HealthRoutes
{
    /// <summary>The tag of the checks that count; the bus brings one of its own.</summary>
    public const string ReadyTag = "ready";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", ["GET"], (RequestDelegate)(context =>
            WireJson.Answer(new Health("ok")).ExecuteAsync(context)));
        routes.MapMethods("/health/ready", ["GET"], (RequestDelegate)(async context =>
        {
            var checks = context.RequestServices.GetRequiredService<HealthCheckService>();
            var report = await checks.CheckHealthAsync(check => check.Tags.Contains(ReadyTag), context.RequestAborted);
            var answer = report.Status == HealthStatus.Unhealthy
                ? ApiError.AccountingUnavailable()
                : WireJson.Answer(new Health("ok"));
            await answer.ExecuteAsync(context);
        }));
    }

    private sealed record Health(string Status);
}
