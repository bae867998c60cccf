using Availsync.Contracts;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>Values that tests need but do not care about.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Now = new(2026, 5, 22, 10, 30, 0, TimeSpan.Zero);
    public static readonly Guid OrgId = Id(1);
    public static readonly Guid PersonId = Id(2);
    public static readonly Guid SessionId = Id(3);

    public static readonly Workspace Workspace = new(
        OrgId, "acme", new Plan("unlimited", PlanLimits.None), ArbitrationMode.Enforce, ArbitrationRule.FirstCome, 0);

    public static readonly AgentProfile Agent = new(Id(10), OrgId, "nightly-codex", 100, null);
    public static readonly AgentProfile OtherAgent = new(Id(11), OrgId, "other", 300, ArbitrationMode.Observe);

    /// <summary>A plan with a bound on calls, and a larger one above it.</summary>
    public static Plan Bounded(long calls) => new(
        "free", new PlanLimits(3, 5, 5, calls), new Upgrade("team", new PlanLimits(25, 100, 100, calls * 50)));

    public static Guid Id(int number) => new(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    public static AgentPrincipal Key(AgentProfile? agent = null, DateTimeOffset? validUntil = null) =>
        new(Workspace, agent ?? Agent, Id(20), validUntil);

    public static AgentPrincipal Key(Plan plan) => new(Workspace with { Plan = plan }, Agent, Id(20), null);

    public static PersonPrincipal Person(Role role = Role.Owner) =>
        new(Workspace, PersonId, "owner@example.com", role, SessionId, null);

    public static ResourceRef Resource(string text = "repo:Owner/Repo") =>
        ResourceRef.TryParse(text, out var resource, out var error)
            ? resource
            : throw new ArgumentException(error, nameof(text));

    public static PathPattern Path(string text) =>
        PathPattern.TryParse(text, out var path, out var error)
            ? path
            : throw new ArgumentException(error, nameof(text));

    public static Claim Claim(ClaimStatus status = ClaimStatus.Active, WorkingSet? set = null) => new(
        new ClaimId(Id(30)), OrgId, Agent.Id, Agent.Name, Resource(), status, 100, "scheduled run", "generic",
        Now, Now.AddMinutes(45), status == ClaimStatus.Active ? null : Now.AddMinutes(1), new FencingToken(41), set,
        """{"job":"nightly"}""", null, null);

    public static BlockingClaim Blocking(bool ownedByYou = false) => new(
        new ClaimId(Id(31)), OtherAgent.Id, OtherAgent.Name, Resource(), 300, null, Now.AddSeconds(90.5), ownedByYou);

    public static PathConflict Conflict(string path = "src/a.cs", string held = "src/") =>
        new(Path(path), Blocking(), Path(held));
}
