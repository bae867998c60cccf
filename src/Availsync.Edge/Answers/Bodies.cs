using System.Text.Json.Serialization;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Answers;

internal sealed record ClaimBody(ClaimView? Claim);

internal sealed record ClaimPageBody(IReadOnlyList<ClaimView> Claims, Pagination Pagination);

internal sealed record ResourcePageBody(IReadOnlyList<ResourceView> Resources, Pagination Pagination);

/// <summary>What has become of a claim: extended, finished, released, already finished.</summary>
internal sealed record ClaimActionBody(string Action, ClaimView Claim);

internal sealed record ExtendedBody(string Action, ClaimView Claim, object WorkingSet);

internal sealed record ProceedBody(string Action, ArbitrationMode Mode, ClaimView Claim, DateTimeOffset? RetryAfter);

internal sealed record ObservedBody(
    string Action,
    ArbitrationMode Mode,
    ClaimView? Claim,
    DateTimeOffset? RetryAfter,
    ShadowDecisionBody ShadowDecision);

/// <summary>What an observing agent would have been told.</summary>
internal sealed record ShadowDecisionBody(
    string Action,
    bool WouldHaveBlocked,
    string? Reason,
    DateTimeOffset? RetryAfter,
    BlockingClaimView? BlockingClaim);

internal sealed record SkipRunBody(
    string Action,
    ArbitrationMode Mode,
    string Reason,
    DateTimeOffset RetryAfter,
    BlockingClaimView? BlockingClaim)
{
    /// <summary>Left out where the caller has not waited.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QueuePlace? Queue { get; init; }
}

internal sealed record CheckBody(
    bool Available,
    string Action,
    string? Reason,
    DateTimeOffset? RetryAfter,
    BlockingClaimView? BlockingClaim);
