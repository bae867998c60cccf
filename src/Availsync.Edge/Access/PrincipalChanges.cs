using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Edge.Metering;

namespace Availsync.Edge.Access;

/// <summary>Hears on every edge what accounting has changed, so that a revoked key stops working everywhere.</summary>
internal sealed class PrincipalChanges(Directory directory, Meter meter) : IBroadcastHandler<PrincipalChanged>
{
    public Task HandleAsync(PrincipalChanged message, CancellationToken cancellationToken)
    {
        directory.Forget(message.OrgId);
        meter.ForgetRefusal(message.OrgId);
        return Task.CompletedTask;
    }

    public void ConnectionRestored() => directory.ForgetAll();
}
