using System.Text.Json.Nodes;
using Availsync.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Availsync.Operations.Health;

/// <summary>
/// <c>/health/live</c>: the process runs. <c>/health/ready</c>: what it needs is there too (the bus, the store, for an
/// arbiter that every partition has an owner), and it is not about to stop. Operators also see which check says what.
/// </summary>
internal static class HealthPages
{
    public static void MapHealth(
        this IEndpointRouteBuilder routes, Audience audience, ApiError unavailable, OperatorsOnly guard)
    {
        var notReady = unavailable with { Message = "The service is not ready to take requests." };
        var checks = routes.ServiceProvider.GetRequiredService<HealthCheckService>();
        routes.MapMethods("/health/live", [HttpMethods.Get], (RequestDelegate)(context => OkAsync(context, null)));
        routes.MapMethods("/health/ready", [HttpMethods.Get], (RequestDelegate)(async context =>
        {
            var report = await checks.CheckHealthAsync(
                check => check.Tags.Contains(HealthRegistration.ReadyTag), context.RequestAborted);
            var told = guard.Admits(context, audience) ? Told(report) : null;
            if (report.Status != HealthStatus.Unhealthy) await OkAsync(context, told);
            else await (notReady with { Members = Member(told) }).ExecuteAsync(context);
        }));
    }

    private static Task OkAsync(HttpContext context, JsonObject? checks)
    {
        var body = new JsonObject { ["status"] = "ok" };
        if (checks is not null) body["checks"] = checks;
        context.Response.Headers.CacheControl = "no-store";
        return WireJson.Answer(body).ExecuteAsync(context);
    }

    private static JsonObject? Member(JsonObject? checks) => checks is null ? null : new JsonObject { ["checks"] = checks };

    /// <summary>By name: <c>ok</c>, or what is wrong. The cause itself is in the log, where no stranger reads.</summary>
    private static JsonObject Told(HealthReport report) => new(report.Entries
        .OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .Select(entry => KeyValuePair.Create<string, JsonNode?>(
            entry.Key,
            entry.Value.Status == HealthStatus.Healthy ? "ok" : entry.Value.Description ?? "does not answer")));
}
