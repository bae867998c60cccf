using System.Security.Cryptography;
using System.Text.Json;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Work;

/// <summary>A workspace that a test has to itself: its owner, signed in, and an agent.</summary>
/// <param name="Doors">The agent at each edge.</param>
internal sealed record OwnWorkspace(
    Guid Id, string Name, string Email, string Password, string Cookie, Guid AgentId, Guid KeyId, string Key,
    WorkClient Owner, IReadOnlyList<WorkClient> Doors)
{
    public WorkClient Agent => Doors[0];

    public string AgentPath => $"/v1/orgs/{Id}/agents/{AgentId}";

    /// <summary>Signs up. No edge has heard of the agent yet, so the plan holds from its first call on.</summary>
    public static async Task<OwnWorkspace> SignUpAsync(Target target, string? plan = null)
    {
        var (name, password) = ("workspace-" + NewText(), NewText());
        var email = $"{NewText()}@example.com";
        var signedUp = (await new WorkClient(target.At(target.Doors[0])).AskAsync(
            "POST", "/v1/auth/signup", new { email, password, workspace_name = name })).Expect(201);
        var owner = new WorkClient(target.At(target.Doors[0], "Cookie", signedUp.Cookie));
        var id = signedUp.Json.GetProperty("org").GetProperty("id").GetGuid();
        if (plan is not null) (await owner.AskAsync("PUT", "/v1/billing/plan", new { plan })).Expect(200);
        var made = (await owner.AskAsync("POST", $"/v1/orgs/{id}/agents", new { name = "agent" })).Expect(201).Json;
        var key = made.GetProperty("api_key").GetString()!;
        return new OwnWorkspace(
            id, name, email, password, signedUp.Cookie,
            made.GetProperty("agent").GetProperty("id").GetGuid(), made.GetProperty("key").GetProperty("id").GetGuid(),
            key, owner, [.. target.Doors.Select(door => target.ClientOf(key, door))]);
    }

    public async Task PutOnAsync(string plan) =>
        (await Owner.AskAsync("PUT", "/v1/billing/plan", new { plan })).Expect(200);

    /// <summary>How many claims the product says are active.</summary>
    public async Task<long> ActiveClaimsAsync()
    {
        var status = (await Owner.AskAsync("GET", "/v1/billing/status")).Expect(200);
        return status.Json.GetProperty("usage").GetProperty("active_claims").GetInt64();
    }

    /// <summary>How many rows a page's address leads to, counted row by row over all of its pages.</summary>
    public async Task<int> CountAsync(string path, string items)
    {
        var ids = new HashSet<Guid>();
        for (var offset = 0; ; offset += 200)
        {
            var page = (await Owner.AskAsync("GET", $"{path}&limit=200&offset={offset}")).Expect(200).Json;
            ids.UnionWith(page.GetProperty(items).EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            if (!page.GetProperty("pagination").GetProperty("has_more").GetBoolean()) return ids.Count;
        }
    }

    /// <summary>A text that nobody comes up with by chance.</summary>
    public static string NewText() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <summary>Whether the plan was in the way of a start, and which of its limits.</summary>
    public static bool IsRefused(Answer answer, string limit) =>
        answer is { Status: 402, Error: "plan_limit_reached" }
        && answer.Json.GetProperty("limit") is { ValueKind: JsonValueKind.Object } named
        && named.GetProperty("name").GetString() == limit;
}
