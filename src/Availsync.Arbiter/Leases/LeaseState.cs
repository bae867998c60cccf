using MassTransit;

namespace Availsync.Arbiter.Leases;

/// <summary>What is remembered of a running lease, under the id of its claim, or of its hold.</summary>
internal sealed class LeaseState : SagaStateMachineInstance
{
    /// <summary>The id of the claim or of the hold.</summary>
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public Guid OrgId { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Whether it is a hold that waits to be confirmed, and no claim.</summary>
    public bool IsHold { get; set; }

    /// <summary>The one timer that counts; a message of any other is stale.</summary>
    public Guid? TimeoutToken { get; set; }

    /// <summary>How often the partition has been asked to expire the claim.</summary>
    public int Wakings { get; set; }
}
