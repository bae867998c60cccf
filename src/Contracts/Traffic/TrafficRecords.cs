using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>Calls that one edge has answered, in the order of their answers. Arrives at least once.</summary>
public sealed record TrafficRecords(IReadOnlyList<TrafficRecord> Records);

/// <summary>How a call went, in one word.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrafficStatus>))]
public enum TrafficStatus
{
    /// <summary>It was answered as asked.</summary>
    Ok,

    /// <summary>Somebody else holds what was asked for: a skipped run, or files that are taken, even in part.</summary>
    Blocked,

    /// <summary>The plan or the rate limit stood in the way.</summary>
    Limited,

    /// <summary>The request was at fault.</summary>
    Rejected,

    /// <summary>The service was, or the client has hung up.</summary>
    Failed,
}

/// <summary>One call, metadata only: never a key, header, cookie or body.</summary>
/// <param name="Id">A UUIDv7 of the time of the answer. Names the call: a consumer that has seen it drops it.</param>
/// <param name="At">When it was answered.</param>
/// <param name="AgentId">The agent that acted; null where a person asked for none.</param>
/// <param name="AgentName">That agent's name.</param>
/// <param name="PersonId">The person, where it came with a session.</param>
/// <param name="Type">What was asked, in the words of the API: <c>run.start</c>, <c>work.check</c>.</param>
/// <param name="Endpoint">Method and route, <c>DELETE /v1/work/claims/{claim_id}</c>.</param>
/// <param name="LatencyMs">From the first byte of the request's head to the end of the answer.</param>
/// <param name="Error">The error's code; null where there was none.</param>
/// <param name="ClaimId">The claim that the call was about or has got.</param>
/// <param name="Resource">The resource, as shown.</param>
public sealed record TrafficRecord(
    Guid Id,
    DateTimeOffset At,
    Guid OrgId,
    Guid? AgentId,
    string? AgentName,
    Guid? PersonId,
    string Type,
    string Endpoint,
    TrafficStatus Status,
    int HttpStatus,
    int LatencyMs,
    string? Error,
    Guid? ClaimId,
    string? Resource,
    string RequestId);
