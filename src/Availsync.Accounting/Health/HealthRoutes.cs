using Availsync.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Availsync.Accounting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work.</summary>
internal static class HealthRoutes
{
    /// <summary>The tag of the checks that make this service ready; other services of the process have their own.</summary>
    public const string Tag = "accounting";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", ["GET"], (RequestDelegate)(context =>
            WireJson.Answer(new Health("live")).ExecuteAsync(context)));
        routes.MapMethods("/health/ready", ["GET"], (RequestDelegate)(async context =>
        {
            var checks = context.RequestServices.GetRequiredService<HealthCheckService>();
            var report = await checks.CheckHealthAsync(check => check.Tags.Contains(Tag), context.RequestAborted);
            var answer = report.Status == HealthStatus.Healthy
                ? WireJson.Answer(new Health("ready"))
                : ApiError.AccountingUnavailable();
            await answer.ExecuteAsync(context);
        }));
    }

    private sealed record Health(string Status);
}
