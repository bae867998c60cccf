using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What may be asked of a partition: a closed list.</summary>
[JsonDerivedType(typeof(StartRun), "start_run")]
[JsonDerivedType(typeof(CheckRun), "check_run")]
[JsonDerivedType(typeof(ExtendClaim), "extend_claim")]
[JsonDerivedType(typeof(DeclareWorkingSet), "declare_working_set")]
[JsonDerivedType(typeof(FinishRun), "finish_run")]
[JsonDerivedType(typeof(ReleaseClaim), "release_claim")]
[JsonDerivedType(typeof(RevokeClaim), "revoke_claim")]
[JsonDerivedType(typeof(ExpireClaim), "expire_claim")]
[JsonDerivedType(typeof(RecordRefusal), "record_refusal")]
[JsonDerivedType(typeof(LeaveQueue), "leave_queue")]
[JsonDerivedType(typeof(ServeQueue), "serve_queue")]
public abstract partial record Command
{
    private protected Command()
    {
    }

    /// <summary>Where the command is decided.</summary>
    [JsonIgnore]
    public abstract Slot Slot { get; }

    /// <summary>The workspace that asks.</summary>
    [JsonIgnore]
    public abstract Guid OrgId { get; }
}

/// <summary>A command on one claim that exists already.</summary>
public abstract record ClaimCommand : Command
{
    private protected ClaimCommand(ClaimId claimId) => ClaimId = claimId;

    /// <summary>The claim.</summary>
    public ClaimId ClaimId { get; }

    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => ClaimId.Slot;
}

/// <summary>Asks for a claim.</summary>
/// <param name="Priority">0 to 1000.</param>
/// <param name="Metadata">A JSON object as text, at most 4 KiB.</param>
public sealed record StartRun(
    Caller Caller,
    ResourceRef Resource,
    LeaseDuration Duration,
    int Priority,
    string? Reason,
    string AgentType,
    string Metadata,
    ArbitrationMode Mode) : Command
{
    /// <summary>
    /// The workspace's wish, 0 to 60: for so long after a lease has run out its resource stays closed.
    /// </summary>
    public int ExpiryGraceSeconds { get; init; }

    /// <summary>
    /// The plan of the workspace, as the door knew it: at most a second older than the last change. Null bounds nothing.
    /// </summary>
    public Plan? Plan { get; init; }

    /// <summary>Whether the workspace lets a strictly higher priority displace whatever is in its way.</summary>
    public bool PreemptsLower { get; init; }

    /// <summary>Null where the caller does not wait.</summary>
    public WaitRequest? Wait { get; init; }

    /// <summary>Whether the run only tries out that runs work: outside the plan's counts, and it protects nothing.</summary>
    public bool IsRehearsal { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => Slot.Of(OrgId, Resource.Root);

    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Asks what a start would be told. Changes nothing.</summary>
public sealed record CheckRun(Caller Caller, ResourceRef Resource, int Priority, ArbitrationMode Mode) : Command
{
    /// <inheritdoc cref="StartRun.ExpiryGraceSeconds" />
    public int ExpiryGraceSeconds { get; init; }

    /// <inheritdoc cref="StartRun.PreemptsLower" />
    public bool PreemptsLower { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => Slot.Of(OrgId, Resource.Root);

    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Asks for more time, and perhaps for files with it: both or neither.</summary>
public sealed record ExtendClaim(
    Caller Caller,
    ClaimId ClaimId,
    LeaseDuration Duration,
    WorkingSetDeclaration? WorkingSet) : ClaimCommand(ClaimId)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Declares the files a claim works on.</summary>
public sealed record DeclareWorkingSet(Caller Caller, ClaimId ClaimId, WorkingSetDeclaration Declaration)
    : ClaimCommand(ClaimId)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Ends a claim, by its agent.</summary>
public sealed record FinishRun(Caller Caller, ClaimId ClaimId, RunOutcome? RunOutcome, string? Summary)
    : ClaimCommand(ClaimId)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Ends a claim: by its agent, or by a person, which revokes it.</summary>
/// <param name="ExpectedToken">
/// Where given, the claim's token must be this one, else the caller's view was stale.
/// </param>
public sealed record ReleaseClaim(Caller Caller, ClaimId ClaimId, FencingToken? ExpectedToken)
    : ClaimCommand(ClaimId)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Ends a claim whose agent has been disabled or deleted.</summary>
public sealed record RevokeClaim(ClaimId ClaimId, Guid OrgId) : ClaimCommand(ClaimId)
{
    /// <inheritdoc />
    public override Guid OrgId { get; } = OrgId;
}

/// <summary>
/// A wake-up: the lease of this claim should be over. The core looks at the time, not at the message.
/// </summary>
public sealed record ExpireClaim(ClaimId ClaimId, Guid OrgId) : ClaimCommand(ClaimId)
{
    /// <inheritdoc />
    public override Guid OrgId { get; } = OrgId;
}

/// <summary>
/// Records a refusal that was decided at the door (a key of another agent, say) under its idempotency key, so that a
/// repeat is answered like any other.
/// </summary>
public sealed record RecordRefusal(Guid OrgId, Outcome Refusal, int SlotValue) : Command
{
    /// <inheritdoc />
    public override Guid OrgId { get; } = OrgId;

    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => new(SlotValue);
}
