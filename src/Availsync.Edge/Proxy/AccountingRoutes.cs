using Availsync.Edge.Access;

namespace Availsync.Edge.Proxy;

/// <summary>A route that accounting answers.</summary>
/// <param name="Type">What its calls are recorded as.</param>
/// <param name="IsCounted">Whether its calls with a key count for the plan.</param>
internal sealed record AccountingRoute(
    string Path, Admission Admission, IReadOnlyList<string> Methods, string Type = "other", bool IsCounted = true);

/// <summary>
/// All that is forwarded to accounting, named route by route: what is not here is unknown at the edge already, and a
/// wrong method is refused without asking who it is.
/// </summary>
internal static class AccountingRoutes
{
    private const string Org = "/v1/orgs/{org_id}";
    private const string Agent = Org + "/agents/{agent_id}";

    public static IReadOnlyList<AccountingRoute> All { get; } =
    [
        new("/v1/auth/signup", Admission.Anonymous, ["POST"]),
        new("/v1/auth/login", Admission.Anonymous, ["POST"]),
        new("/v1/auth/logout", Admission.Authenticated, ["POST"]),
        new("/v1/me", Admission.Authenticated, ["GET"], "me"),
        new("/v1/activity", Admission.Authenticated, ["GET"]),
        new("/v1/activity/usage", Admission.Authenticated, ["POST"], "usage.report"),
        new("/v1/audit", Admission.Authenticated, ["GET"]),
        new("/v1/value/health", Admission.Authenticated, ["GET"]),
        new("/v1/billing/status", Admission.Authenticated, ["GET"]),
        new("/v1/billing/plan", Admission.Authenticated, ["PUT"]),
        new("/v1/mcp/heartbeat", Admission.Authenticated, ["POST"], "heartbeat", IsCounted: false),
        new(Org, Admission.Authenticated, ["GET", "PATCH"]),
        new(Org + "/agents", Admission.Authenticated, ["GET", "POST"]),
        new(Agent, Admission.Authenticated, ["GET", "PATCH", "DELETE"]),
        new(Agent + "/test-connection", Admission.Authenticated, ["POST"]),
        new(Agent + "/keys", Admission.Authenticated, ["GET", "POST"]),
        new(Agent + "/keys/{key_id}", Admission.Authenticated, ["DELETE"]),
        new(Agent + "/keys/{key_id}/rotate", Admission.Authenticated, ["POST"]),
        new(Org + "/members", Admission.Authenticated, ["GET", "POST"]),
        new(Org + "/members/{user_id}", Admission.Authenticated, ["DELETE"]),
    ];
}
