using Availsync.Edge.Access;

namespace Availsync.Edge.Proxy;

/// <summary>A route that accounting answers.</summary>
internal sealed record AccountingRoute(string Path, Admission Admission, IReadOnlyList<string> Methods);

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
        new("/v1/me", Admission.Authenticated, ["GET"]),
        new(Org, Admission.Authenticated, ["GET", "PATCH"]),
        new(Org + "/agents", Admission.Authenticated, ["GET", "POST"]),
        new(Agent, Admission.Authenticated, ["GET", "PATCH", "DELETE"]),
        new(Agent + "/keys", Admission.Authenticated, ["GET", "POST"]),
        new(Agent + "/keys/{key_id}", Admission.Authenticated, ["DELETE"]),
        new(Agent + "/keys/{key_id}/rotate", Admission.Authenticated, ["POST"]),
        new(Org + "/members", Admission.Authenticated, ["GET", "POST"]),
        new(Org + "/members/{user_id}", Admission.Authenticated, ["DELETE"]),
    ];
}
