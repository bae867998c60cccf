using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Edge.Events;
using Availsync.Edge.Metering;

namespace Availsync.Edge.Access;

/// <summary>Hears on every edge what accounting has changed, so that a revoked key stops working everywhere.</summary>
internal sealed class PrincipalChanges(Directory directory, Meter meter, EventFeeds feeds)
    : IBroadcastHandler<PrincipalChanged>
{
    public Task HandleAsync(PrincipalChanged message, CancellationToken cancellationToken)
    {
        directory.Forget(message.OrgId);
        meter.ForgetRefusal(message.OrgId);
        feeds.Doubt(message.OrgId);
        return Task.CompletedTask;
    }

    public void ConnectionRestored()
    {
        directory.ForgetAll();
        feeds.DoubtAll();
    }
}
