using Availsync.Edge.Answers;
using Availsync.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Availsync.Edge.Health;

/// <summary>
/// <c>/health/live</c>: the process runs. <c>/health/ready</c>: what it needs is there too. In one process with the
/// other services their checks count along.
/// </summary>
internal static class HealthEndpoints
{
    private const string ReadyTag = "ready";
    private static readonly Answer Ok = new(new HealthBody("ok"));

    private static readonly ApiError NotReady =
        ApiError.ArbiterUnavailable() with { Message = "The service is not ready to take requests." };

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var checks = routes.ServiceProvider.GetRequiredService<HealthCheckService>();
        Map(routes, "/health/live", Ok.ExecuteAsync);
        Map(routes, "/health/ready", context => TellReadyAsync(context, checks));
    }

    private static void Map(IEndpointRouteBuilder routes, string path, RequestDelegate handle) =>
        routes.MapMethods(path, [HttpMethods.Get], handle);

    private static async Task TellReadyAsync(HttpContext context, HealthCheckService checks)
    {
        var report = await checks.CheckHealthAsync(c => c.Tags.Contains(ReadyTag), context.RequestAborted);
        if (report.Status == HealthStatus.Unhealthy) await NotReady.ExecuteAsync(context);
        else await Ok.ExecuteAsync(context);
    }

    private sealed record HealthBody(string Status);
}
