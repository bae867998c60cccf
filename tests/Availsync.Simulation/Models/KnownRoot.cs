using Availsync.Contracts;
using Availsync.Decisions;

namespace Availsync.Simulation.Models;

/// <summary>What is known of a root: its history, and what follows from it.</summary>
internal sealed class KnownRoot(string id, string label)
{
    public string Id { get; } = id;

    public string Label { get; } = label;

    public long LastToken { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>The ids of its events: that of sequence 1 first.</summary>
    public List<Guid> History { get; } = [];

    /// <summary>How many of them the broker has got, and how many are in the log.</summary>
    public int Published { get; set; }

    public int Logged { get; set; }

    /// <summary>The ids of those events that are somebody's business, and how many of them those outside have got.</summary>
    public List<Guid> Shown { get; } = [];

    public int Announced { get; set; }

    public Dictionary<Guid, KnownClaim> Active { get; } = [];

    public Dictionary<Guid, KnownHold> Blocking { get; } = [];

    public Dictionary<Guid, Waiter> Queue { get; } = [];
}

/// <summary>A claim and everything it has been.</summary>
internal sealed class KnownClaim(KnownRoot root, Claim claim, string? op)
{
    public KnownRoot Root { get; } = root;

    public Claim Claim { get; set; } = claim;

    /// <summary>The call that asked for it.</summary>
    public string? Op { get; } = op;

    /// <summary>Whether its agent has been told of it.</summary>
    public bool IsTold { get; set; }

    public HashSet<DateTimeOffset> Expiries { get; } = [claim.ExpiresAt];

    public override string ToString() => $"{Root.Label}@{Claim.FencingToken.Value}";
}

/// <summary>A hold and whether it was ever confirmed.</summary>
internal sealed class KnownHold(KnownRoot root, Hold hold)
{
    public KnownRoot Root { get; } = root;

    public Hold Hold { get; set; } = hold;

    public bool WasConfirmed { get; set; } = hold.Status == HoldStatus.Confirmed;

    public override string ToString() => $"{Root.Label}@{Hold.FencingToken.Value}";
}
