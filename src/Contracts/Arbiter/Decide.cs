using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>The commands that an edge has gathered for one partition, in their order of arrival.</summary>
public sealed record Decide(IReadOnlyList<CommandEnvelope> Commands);

/// <summary>A command under way.</summary>
/// <param name="Deadline">After this the client has been told 503: the command is dropped, not decided.</param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the call.</param>
/// <param name="Idempotency">Null where the client gave no key.</param>
public sealed record CommandEnvelope(
    Command Command,
    DateTimeOffset Deadline,
    string? RequestId,
    IdempotencyStamp? Idempotency)
{
    /// <summary>The W3C <c>traceparent</c> of the call where it is traced; null elsewhere.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>One reply for each command of a <see cref="Decide"/>, in the same order.</summary>
public sealed record Decided(IReadOnlyList<Reply> Replies);

/// <summary>What the partition says of one command.</summary>
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Undecided), "undecided")]
[JsonDerivedType(typeof(Unknown), "unknown")]
public abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>The command was decided and what it changed is committed.</summary>
    /// <param name="RequestId">Of the call that was decided: for a repeat, the first one's.</param>
    /// <param name="Replayed">Whether this is the recorded outcome of an earlier call with the same key.</param>
    /// <param name="ClaimStatus">For a repeat that names a claim: what that claim is by now.</param>
    public sealed record Answered(Outcome Outcome, string? RequestId, bool Replayed, ClaimStatus? ClaimStatus) : Reply
    {
        /// <summary>For a repeat that names a hold: what that hold is by now.</summary>
        public HoldStatus? HoldStatus { get; init; }
    }

    /// <summary>Nothing was decided (too late, or not the owner any more): the command may be sent again.</summary>
    public sealed record Undecided : Reply;

    /// <summary>The commit's fate is not known. Only a repeat with the same idempotency key is safe.</summary>
    public sealed record Unknown : Reply;
}

/// <summary>Names of the queues through which the arbiter is asked.</summary>
public static class ArbiterQueues
{
    /// <summary>Where <see cref="GetClaim"/> is asked; any instance answers.</summary>
    public const string Claim = "arbiter.claim";

    /// <summary>Where <see cref="ListClaims"/> is asked; any instance answers.</summary>
    public const string Claims = "arbiter.claims";

    /// <summary>Where <see cref="ListResources"/> is asked; any instance answers.</summary>
    public const string Resources = "arbiter.resources";

    /// <summary>Where <see cref="GetUsage"/> is asked; any instance answers.</summary>
    public const string Usage = "arbiter.usage";

    /// <summary>Commands of one partition: only its owner listens.</summary>
    public static string Partition(int partition) => $"arbiter.p{partition:D2}";
}
