using Availsync.Arbiter.Deciding;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// Makes the partitions' rows before anything asks for them, and stops the service where their number is wrong.
/// </summary>
internal sealed class PartitionsAtStart(
    PartitionTable table, PartitionMap partitions, CommandQueue queue, PartitionMetrics metrics) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.Observe(partitions, queue);
        return table.EnsureAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
