using System.Threading.Channels;
using Availsync.Arbiter.Partitions;
using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Arbiter.Leases;

/// <summary>
/// Asks partitions to expire claims. What does not get through is asked again by the lease's next timer, so nothing
/// here is kept or repeated.
/// </summary>
internal sealed partial class PartitionWaker(
    IPartitionCommands partitions, IServiceScopeFactory scopes, ILogger<PartitionWaker> logger) : BackgroundService
{
    private const int WaitingMax = 10_000;

    /// <summary>
    /// Every so many times the partition is asked for its answer too. A claim that it says has ended needs no watching,
    /// though the event that said so may have come before the lease's beginning was delivered a second time.
    /// </summary>
    private const int AnswerEvery = 20;

    private readonly Channel<Waking> _wakings = Channel.CreateBounded<Waking>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Wake(IEnumerable<Waking> wakings)
    {
        foreach (var waking in wakings)
            _wakings.Writer.TryWrite(waking);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var waking in _wakings.Reader.ReadAllAsync(stoppingToken))
                await WakeAsync(waking, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The timers are in the store, and the next instance has them.
        }
    }

    private async Task WakeAsync(Waking waking, CancellationToken cancellationToken)
    {
        var command = waking.Command;
        try
        {
            if (waking.Count % AnswerEvery != 0)
                await partitions.SendAsync(command, cancellationToken);
            else if (await partitions.DecideAsync(command, cancellationToken) is Outcome.NothingDue { ExpiresAt: null })
                await EndAsync(waking.ClaimId, cancellationToken);
        }
        catch (NoAnswerException exception)
        {
            LogNotWoken(logger, exception, waking.ClaimId.Value);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, exception, waking.ClaimId.Value);
        }
    }

    private async Task EndAsync(ClaimId claimId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<LeaseEvents>()
            .HandleAsync([new LeaseEnded(claimId.Value)], cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The partition of claim {claim_id} could not be woken")]
    private static partial void LogNotWoken(ILogger logger, Exception exception, Guid claim_id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waking the partition of claim {claim_id} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid claim_id);
}
