using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Availsync.Operations.Health;

/// <summary>A process that stops still answers for a while, but is to be given nothing new.</summary>
internal sealed class DrainHealth(IHostApplicationLifetime process) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(process.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("The process stops.")
            : HealthCheckResult.Healthy());
}
