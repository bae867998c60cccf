using Availsync.Contracts;

namespace Availsync.Edge.Traffic;

/// <summary>
/// What a call was about, noted on its way. Only what its record may tell: nothing of a body but the resource's name.
/// </summary>
internal sealed class TrafficNote
{
    /// <summary>What the client calls a claim: worth a record only once the answer has shown that it is one.</summary>
    private ClaimId? _asked;

    /// <summary>The agent that acts, where it is not the key's own.</summary>
    public AgentProfile? Agent { get; set; }

    public Guid? ClaimId { get; private set; }

    public string? Resource { get; private set; }

    /// <summary>Whether somebody else holds what was asked for, if only a part of it.</summary>
    public bool IsBlocked { get; private set; }

    public bool HasHungUp { get; private set; }

    /// <summary>The code of the error that accounting has answered with.</summary>
    public string? ErrorOfAccounting { get; set; }

    public void HangUp() => HasHungUp = true;

    public void Claim(ClaimId id) => ClaimId = id.Value;

    public void Claim(Claim claim) => (ClaimId, Resource) = (claim.Id.Value, claim.Resource.ToString());

    public void Hold(Hold hold) => Resource = hold.Resource.Name;

    /// <summary>What is asked for names a claim or a resource.</summary>
    public void Asks(Command command)
    {
        switch (command)
        {
            case StartRun start:
                Resource = start.Resource.ToString();
                break;
            case CheckRun check:
                Resource = check.Resource.ToString();
                break;
            case WindowCommand window:
                Resource = window.Resource.Name;
                break;
            case ClaimCommand onClaim:
                _asked = onClaim.ClaimId;
                break;
        }
    }

    /// <summary>
    /// The answer may bring a claim, or say who is in the way. A check that finds somebody there is answered as asked,
    /// and an observer is stopped by nobody.
    /// </summary>
    public void Hears(Outcome outcome)
    {
        IsBlocked = outcome is Outcome.Skipped or Outcome.WorkingSetBlocked or Outcome.HoldBlocked
            or Outcome.WorkingSetDeclared { Answer.Blocked.Count: > 0 }
            or Outcome.Extended { WorkingSet.Blocked.Count: > 0 };
        var claim = outcome switch
        {
            Outcome.Granted granted => granted.Claim,
            Outcome.Extended extended => extended.Claim,
            Outcome.Ended ended => ended.Claim,
            Outcome.AlreadyEnded ended => ended.Claim,
            _ => null,
        };
        var hold = outcome switch
        {
            Outcome.HoldConfirmed confirmed => confirmed.Hold,
            Outcome.HoldEnded ended => ended.Hold,
            Outcome.HoldAlreadyEnded ended => ended.Hold,
            _ => null,
        };
        if (hold is not null) Hold(hold);
        if (claim is not null) Claim(claim);
        else if (_asked is { } asked && ShowsThatItIs(outcome)) Claim(asked);
    }

    private static bool ShowsThatItIs(Outcome outcome) => outcome is not (Outcome.NotFound
        or Outcome.KeyReused or Outcome.AgentMismatch or Outcome.Forbidden or Outcome.PlanLimitReached);
}
