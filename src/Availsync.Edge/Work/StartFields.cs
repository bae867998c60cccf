using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>The body of a start, which a check and the legacy claim share.</summary>
internal sealed record StartFields(
    ResourceRef? Resource,
    LeaseDuration Duration,
    int? Priority,
    string? Reason,
    string AgentType,
    string Metadata,
    WaitRequest? Wait)
{
    /// <summary>How far from now <c>start_at</c> may be, either way.</summary>
    public static readonly TimeSpan StartAtTolerance = TimeSpan.FromMinutes(5);

    /// <summary>The highest priority of a claim or a hold.</summary>
    public const int PriorityMax = 1000;

    /// <summary>The most characters of a reason.</summary>
    public const int ReasonMax = 500;

    /// <summary>The most bytes of metadata, as JSON in UTF-8.</summary>
    public const int MetadataBytesMax = 4096;

    private const int AgentTypeMax = 100;
    private const int WaitSecondsMax = 55;
    private const int TicketMax = 256;

    public static StartFields Read(Fields fields, DateTimeOffset now)
    {
        var start = new StartFields(
            ResourceField.Read(fields),
            DurationField.Read(fields, required: false),
            fields.Whole("priority", 0, PriorityMax),
            fields.Text("reason", ReasonMax),
            fields.Text("agent_type", AgentTypeMax, min: 1) ?? "generic",
            fields.Object("metadata", MetadataBytesMax) ?? "{}",
            ReadWait(fields));
        ReadStartAt(fields, now);
        return start;
    }

    public StartRun ToStart(Actor actor) => new(
        actor.Caller, Resource!, Duration, Priority ?? actor.Agent.DefaultPriority, Reason, AgentType, Metadata,
        actor.Mode)
    {
        ExpiryGraceSeconds = actor.ExpiryGraceSeconds,
        PreemptsLower = actor.Arbitration == ArbitrationRule.PreemptLower,
        Plan = actor.Plan,
        Wait = actor.Mode == ArbitrationMode.Enforce ? Wait : null,
    };

    public CheckRun ToCheck(Actor actor) =>
        new(actor.Caller, Resource!, Priority ?? actor.Agent.DefaultPriority, actor.Mode)
        {
            ExpiryGraceSeconds = actor.ExpiryGraceSeconds,
            PreemptsLower = actor.Arbitration == ArbitrationRule.PreemptLower,
        };

    /// <summary>
    /// A ticket that is none is not known any more: whoever has it begins at the end. The call is named later.
    /// </summary>
    private static WaitRequest? ReadWait(Fields fields)
    {
        var seconds = fields.Whole("wait_seconds", 0, WaitSecondsMax) ?? 0;
        var text = fields.Text("ticket", TicketMax, min: 1);
        Guid? ticket = Guid.TryParseExact(text, "D", out var parsed) ? parsed : null;
        return seconds > 0 || ticket is not null
            ? new WaitRequest(seconds, ticket, Attendance: default, RequestId: null, Repeat: null)
            : null;
    }

    private static void ReadStartAt(Fields fields, DateTimeOffset now)
    {
        if (fields.Time(StartAt.Field) is { } startAt && (startAt - now).Duration() > StartAtTolerance)
            fields.Wrong(StartAt.Field, StartAt.OutOfRange);
    }
}

/// <summary>
/// A start that lies too far off has an error code of its own, where nothing else is wrong: it tells the caller that
/// another endpoint is the right one.
/// </summary>
internal static class StartAt
{
    public const string Field = "start_at";

    public const string OutOfRange =
        "Must be within 5 minutes of now. To reserve a window in the future, place a hold: POST /v1/holds.";

    public static ApiError? Refusal(Fields fields) =>
        fields.Errors is [{ Field: Field, Message: OutOfRange } only]
            ? new ApiError(400, "start_at_out_of_range", OutOfRange) { Details = [only] }
            : fields.Refusal;
}
