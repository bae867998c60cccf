using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Availsync.Bus.Transports;

/// <summary>
/// Ready means that messages get through the broker and back. MassTransit's own checks say so of a bus that has been
/// connected once: while the broker is away it counts as degraded, not as down.
/// </summary>
internal sealed class BrokerHealth(IBrokerProbe broker) : IHealthCheck
{
    /// <summary>Within what a check may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await broker.AnswersAsync(Patience, cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The broker does not answer.");
}
