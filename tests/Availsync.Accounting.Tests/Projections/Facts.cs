using Availsync.Contracts;

namespace Availsync.Accounting.Tests;

/// <summary>Events and records as the arbiter and the edge would send them.</summary>
internal static class Facts
{
    public static readonly DateTimeOffset Morning = new(2026, 5, 22, 10, 0, 0, TimeSpan.Zero);

    public static Guid NewId(DateTimeOffset? at = null) => Guid.CreateVersion7(at ?? Morning);

    public static ResourceRef Resource(string text) =>
        ResourceRef.TryParse(text, out var resource, out var error)
            ? resource
            : throw new InvalidOperationException(error);

    public static Claim Claim(Guid orgId, Guid agentId, ClaimStatus status = ClaimStatus.Active, double minutes = 30) =>
        new(
            new ClaimId(NewId()), orgId, agentId, "nightly-codex", Resource("repo:Owner/Repo"), status, 100, "nightly",
            "codex", Morning, Morning.AddHours(1), status == ClaimStatus.Active ? null : Morning.AddMinutes(minutes),
            new FencingToken(7), null, "{}", null, null);

    public static ClaimEvent Event(Guid orgId, ClaimFact fact, Guid? person = null) =>
        new(NewId(), orgId, "owner/repo", 1, Morning, "request-1", fact) { PersonId = person };

    public static BlockingClaim Blocking(Guid orgId) => BlockingClaim.Of(Claim(orgId, NewId()), Guid.Empty);

    public static TrafficRecord Record(
        Guid orgId,
        Guid? agentId,
        string type = "run.start",
        TrafficStatus status = TrafficStatus.Ok,
        DateTimeOffset? at = null,
        int httpStatus = 200) =>
        new(
            NewId(at), at ?? Morning, orgId, agentId, "nightly-codex", null, type, "POST /v1/work/run/start", status,
            httpStatus, 12, null, null, "repo:Owner/Repo", "request-1");
}
