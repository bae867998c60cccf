using Availsync.Contracts;
using Availsync.Decisions;

namespace Availsync.Simulation.Models;

/// <summary>What one transaction has made true, as the store got to see it.</summary>
internal sealed class Commit
{
    public List<ClaimEvent> Events { get; } = [];

    /// <summary>What the relay has moved into the logs.</summary>
    public List<ClaimEvent> Logged { get; } = [];

    /// <summary>Places in queues; null where one is gone.</summary>
    public List<(string RootId, Guid Ticket, Waiter? Place)> Waiters { get; } = [];

    public bool HasAnswers { get; set; }
}
