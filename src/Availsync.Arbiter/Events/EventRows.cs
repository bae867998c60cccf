namespace Availsync.Arbiter.Events;

/// <summary>
/// How far the log of a workspace goes. Whoever appends holds this row until the commit, so positions are committed in
/// their order.
/// </summary>
internal sealed class EventHeadRow
{
    public required Guid OrgId { get; init; }

    public long Position { get; set; }
}

/// <summary>Some events of a workspace that were logged together.</summary>
internal sealed class EventChunkRow
{
    public required Guid OrgId { get; init; }

    /// <summary>The position of its last event.</summary>
    public required long Last { get; init; }

    /// <summary>The position of its first event; those between follow without a hole.</summary>
    public required long First { get; init; }

    public required DateTimeOffset LoggedAt { get; init; }

    /// <summary>The length of <see cref="Events"/>, so that a page can be measured before it is read.</summary>
    public required int Size { get; init; }

    /// <summary>A JSON array of <see cref="Contracts.ClaimEvent"/>.</summary>
    public required string Events { get; init; }
}
