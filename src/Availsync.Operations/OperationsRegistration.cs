using Availsync.Http;
using Availsync.Operations.Health;
using Availsync.Operations.Logs;
using Availsync.Operations.Shutdown;
using Availsync.Operations.Telemetry;
using Availsync.Settings;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Availsync.Operations;

/// <summary>What operators see of a process.</summary>
public static class OperationsRegistration
{
    /// <summary>
    /// Adds health checks, metrics, traces and the way to stop; once a process. Sections of the configuration:
    /// <c>Metrics</c>, <c>Telemetry</c>, <c>Shutdown</c>.
    /// </summary>
    /// <param name="services">The process's services.</param>
    /// <param name="configuration">The process's configuration.</param>
    /// <param name="serviceName">The name that traces and metrics carry, such as <c>availsync-edge</c>.</param>
    public static IServiceCollection AddOperations(
        this IServiceCollection services, IConfiguration configuration, string serviceName)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSettings<MetricsOptions>(configuration, MetricsOptions.Section);
        services.AddSingleton<IValidateOptions<MetricsOptions>, MetricsOptionsValidator>();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        services.AddSettings<ShutdownOptions>(configuration, ShutdownOptions.Section);
        services.AddBoundedHealthChecks();
        services.AddDraining();
        services.AddTelemetry(configuration, serviceName);
        return services;
    }

    /// <summary>Writes logs as JSON, a line each, unless the configuration names another format.</summary>
    public static IServiceCollection AddStructuredLogs(
        this IServiceCollection services, IConfiguration configuration) => services.AddJsonConsole(configuration);

    /// <summary>Answers <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>.</summary>
    /// <param name="routes">The service's routes.</param>
    /// <param name="audience">Who may see what the service is made of.</param>
    /// <param name="unavailable">How the service's callers are told that it cannot serve them: 503.</param>
    public static void MapOperations(this IEndpointRouteBuilder routes, Audience audience, ApiError unavailable)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var guard = routes.ServiceProvider.GetRequiredService<OperatorsOnly>();
        routes.MapHealth(audience, unavailable, guard);
        routes.MapMetrics(audience, guard);
    }
}
