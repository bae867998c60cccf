using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>How a start waits for its turn. The door repeats the start, with its ticket, to ask how it stands.</summary>
/// <param name="Seconds">
/// How long from now, 0 to 55. With 0 it does not stand and wait, but a ticket keeps its place.
/// </param>
/// <param name="Ticket">The place it has already; null, or one that is not known any more, for a new one.</param>
/// <param name="Attendance">
/// Names the call that waits: when it is over, it leaves the place only where no later call has taken it over.
/// </param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the call.</param>
/// <param name="Repeat">
/// The idempotency key of the call: another one under the same key, with the same body, shares its place.
/// </param>
public sealed record WaitRequest(
    int Seconds, Guid? Ticket, Guid Attendance, string? RequestId, IdempotencyStamp? Repeat);

/// <summary>A place in the queue of a root, as its holder is told.</summary>
/// <param name="Position">From 1.</param>
/// <param name="Length">How many places the queue has.</param>
/// <param name="ExpiresAt">Until then the ticket keeps the place.</param>
public sealed record QueuePlace(Guid Ticket, int Position, int Length, DateTimeOffset ExpiresAt);

/// <summary>
/// Gives up the place in which this call waits, since nobody is there any more; what it has been granted meanwhile is
/// released. A place that a later call has taken over stays.
/// </summary>
public sealed record LeaveQueue(Caller Caller, ResourceRef Resource, Guid Attendance) : Command
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => Slot.Of(OrgId, Resource.Root);

    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>A wake-up: the clock may have made the turn of somebody in this queue.</summary>
/// <param name="AfterTakeover">
/// Whether nobody has served the root for a while: answers that could not be fetched meanwhile are kept a little longer.
/// </param>
public sealed record ServeQueue(Guid OrgId, string Root, bool AfterTakeover) : Command
{
    /// <inheritdoc />
    public override Guid OrgId { get; } = OrgId;

    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => Slot.Of(OrgId, Root);
}

/// <summary>
/// Tells every door that the calls of these attendances can fetch their answers. Only a hint: they also ask by
/// themselves.
/// </summary>
public sealed record WaitsAnswered(IReadOnlyList<Guid> Attendances);
