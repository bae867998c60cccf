using Availsync.Arbiter.Deciding;
using Availsync.Bus;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// Whether this instance can serve: messages get to it, and what it has been asked is answered. An instance that cannot
/// does not renew its leases, so that another one, which can, has its partitions before long.
/// </summary>
internal sealed class Ability(CommandQueue queue, IBrokerProbe broker, TimeProvider time)
{
    /// <summary>
    /// Longer than any single wait of a batch that ends well, such as for a lock that a cut-off session holds.
    /// </summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(1.5);

    private long _answered = -1;
    private long _since;

    public async Task<bool> CanServeAsync(CancellationToken cancellationToken)
    {
        var answered = queue.Answered;
        if (answered != _answered || !queue.IsBusy) (_answered, _since) = (answered, time.GetTimestamp());
        return await broker.AnswersAsync(BrokerPatience, cancellationToken)
            && time.GetElapsedTime(_since) < StuckAfter;
    }
}
