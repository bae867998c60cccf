using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Secrets;

/// <summary>
/// Calls of all kinds, good and bad, each with something in it that nobody may keep: keys, passwords, cookies, headers,
/// bodies, and what stands in an address where nothing should.
/// </summary>
internal sealed class SecretTrail(Target target)
{
    private readonly ConcurrentQueue<(string What, string Text)> _secrets = new();

    /// <summary>All that must not be found.</summary>
    public IReadOnlyCollection<(string What, string Text)> Secrets => _secrets;

    /// <summary>A name that the product is told to keep.</summary>
    public string KnownName { get; private set; } = "";

    /// <summary>The id of a call, which the product is told to keep too.</summary>
    public string KnownRequest { get; } = "request-" + OwnWorkspace.NewText();

    public Guid OrgId => Workspace.Id;

    private OwnWorkspace Workspace { get; set; } = null!;

    public async Task LeaveAsync()
    {
        Workspace = await OwnWorkspace.SignUpAsync(target, "unlimited");
        KnownName = Workspace.Name;
        Keep("the owner's password", Workspace.Password);
        Keep("the owner's cookie", Workspace.Cookie.Split('=', 2)[1]);
        Keep("the agent's key", Workspace.Key);
        Keep("the first agent's key", target.First.Key);
        Keep("the first owner's password", target.First.Password);
        await SignInAsync(target.First.Email, target.First.Password, 200);
        await WorkAsync();
        await ChangeKeysAsync();
        await SignInWronglyAsync();
        await ErrAsync();
        await InviteAsync();
    }

    /// <summary>What is called while a part is missing is told in logs as nothing else is.</summary>
    public async Task CallInVainAsync()
    {
        var password = New("a password that nobody could check");
        await SendAsync("POST", "/v1/auth/login", new { email = Workspace.Email, password });
        await SendAsync("POST", "/v1/auth/signup", new
        {
            email = $"{OwnWorkspace.NewText()}@example.com",
            password,
            workspace_name = "in vain",
        });
        await SendAsync("POST", "/v1/work/run/start", new { resource = "repo:in/vain" }, ByKey(Workspace.Key));
        await SendAsync("GET", "/v1/me", null, ByKey(Workspace.Key));
        await SendAsync("GET", "/v1/audit", null, ("Cookie", Workspace.Cookie));
        await SendAsync("GET", "/v1/me", null, ByKey("avs_live_" + New("a key that nobody could check")));
    }

    /// <summary>A harmless call at each edge; what has come before the last one's record is on record too.</summary>
    public async Task<IReadOnlyList<string>> LastCallsAsync()
    {
        var check = new { resource = "repo:secret/trail" };
        var calls = Workspace.Doors.Select(door => door.AskAsync("POST", "/v1/work/check", check));
        return [.. (await Task.WhenAll(calls)).Select(call => call.Expect(200).RequestId)];
    }

    private async Task WorkAsync()
    {
        var start = await SendAsync(
            "POST",
            $"/v1/work/run/start?token={New("a token in an address")}",
            new
            {
                resource = "repo:secret/trail",
                duration_seconds = 60,
                password = New("a password in a body of work"),
            },
            ByKey(Workspace.Key),
            ("X-Request-Id", KnownRequest),
            ("X-Deploy-Secret", New("a header of the caller's own")),
            ("Cookie", "theme=" + New("a foreign cookie")),
            ("Proxy-Authorization", "Basic " + New("a proxy's credential")),
            ("X-Availsync-Identity", New("a forged identity")));
        var claim = Granted.Of(start.Expect(200).Json.GetProperty("claim")).Id;
        var calls = new (string Path, object Body)[]
        {
            ("/v1/work/run/working-set", new { claim_id = claim, mode = "edit", paths = new[] { "src/" } }),
            ("/v1/work/run/extend", new { claim_id = claim, duration_seconds = 90 }),
            ("/v1/work/check", new { resource = "repo:secret/trail" }),
            ("/v1/activity/usage", new { claim_id = claim, total_tokens = 7 }),
            ("/v1/mcp/heartbeat", new { client_name = "client", client_version = "1" }),
            ("/v1/work/run/finish", new { claim_id = claim }),
        };
        foreach (var (path, body) in calls) await SendAsync("POST", path, body, ByKey(Workspace.Key));
        await SendAsync("GET", "/v1/me", null, ("Cookie", Workspace.Cookie));
        await SendAsync("GET", "/v1/work/events", null, ByKey("avs_live_" + New("a key of no form")));
        await SendAsync("POST", $"{Workspace.AgentPath}/setup-test", null, ("Cookie", Workspace.Cookie));
        await SendAsync("POST", $"{Workspace.AgentPath}/test-connection", null, ("Cookie", Workspace.Cookie));
    }

    private async Task ChangeKeysAsync()
    {
        var keys = Workspace.AgentPath + "/keys";
        var rotated = await KeyAsync($"{keys}/{Workspace.KeyId}/rotate", "a rotated key", new { grace_seconds = 600 });
        await SendAsync("GET", "/v1/me", null, ByKey(rotated.Key));
        await SendAsync("GET", "/v1/me", null, ByKey(Workspace.Key));
        var revoked = await KeyAsync(keys, "a revoked key", null);
        await SendAsync("GET", "/v1/me", null, ByKey(revoked.Key));
        (await SendAsync("DELETE", $"{keys}/{revoked.Id}", null, ("Cookie", Workspace.Cookie))).Expect(204);
        await SendAsync("POST", "/v1/work/run/start", new { resource = "repo:secret/trail" }, ByKey(revoked.Key));
    }

    private async Task SignInWronglyAsync()
    {
        await SignInAsync(Workspace.Email, New("a wrong password"), 401);
        await SignInAsync("nobody@example.com", New("a stranger's password"), 401);
        await SendAsync("GET", "/v1/me", null, ("Cookie", "availsync_session=" + New("an unknown session")));
        await SendAsync("GET", "/v1/me", null, ("Authorization", "Basic " + New("a basic credential")));
        await SendAsync("GET", "/v1/me", null, ("Authorization", New("a credential of no scheme")));
        var origin = ("Origin", $"https://{New("a foreign page")}.example");
        await SendAsync("PATCH", $"/v1/orgs/{Workspace.Id}", new { name = "x" }, ("Cookie", Workspace.Cookie), origin);
        var signedIn = await SignInAsync(Workspace.Email, Workspace.Password, 200);
        Keep("a session that ends", signedIn.Cookie.Split('=', 2)[1]);
        (await SendAsync("POST", "/v1/auth/logout", null, ("Cookie", signedIn.Cookie))).Expect(204);
        await SendAsync("GET", "/v1/me", null, ("Cookie", signedIn.Cookie));
    }

    private async Task ErrAsync()
    {
        var byKey = ByKey(Workspace.Key);
        await SendTextAsync("/v1/auth/login", $$"""{"password": "{{New("a password in broken JSON")}}", """);
        await SendTextAsync("/v1/auth/login", New("a password in a plain text"), "text/plain");
        await SendTextAsync("/v1/auth/signup", $$"""{"password": "{{New("a password in a flood")}}{{Filling()}}"}""");
        await SendAsync("POST", "/v1/auth/signup", new { email = New("no address"), password = "x" });
        await SendAsync("POST", "/v1/auth/signup", new
        {
            email = Workspace.Email,
            password = New("a password of a taken address"),
            workspace_name = "taken",
        });
        await SendAsync("POST", "/v1/work/run/start", new { resource = New("no resource") }, byKey);
        await SendAsync("POST", "/v1/work/run/finish", new { claim_id = New("no claim") }, byKey);
        await SendAsync("GET", "/v1/work/claims/" + New("no claim in an address"), null, byKey);
        await SendAsync("GET", "/v1/work/claims?limit=" + New("no number"), null, byKey);
        await SendAsync("GET", "/v1/nowhere/" + New("an unknown route"), null, byKey);
        await SendAsync("DELETE", "/v1/auth/login?password=" + New("a password in an address"), null);
        await SendAsync("GET", "/v1/activity?type=" + New("an unknown type"), null, ("Cookie", Workspace.Cookie));
        await SendAsync("PUT", "/v1/billing/plan", new { plan = New("no plan") }, ("Cookie", Workspace.Cookie));
        await SendAsync("GET", "/v1/audit", null, byKey);
    }

    private async Task InviteAsync()
    {
        var (email, password) = ($"{OwnWorkspace.NewText()}@example.com", New("a member's password"));
        var members = $"/v1/orgs/{Workspace.Id}/members";
        var added = await SendAsync(
            "POST", members, new { email, role = "viewer", password },
            ("Cookie", Workspace.Cookie), ("Idempotency-Key", "invite-" + OwnWorkspace.NewText()));
        var id = added.Expect(201).Json.GetProperty("member").GetProperty("user_id").GetGuid();
        Keep("a member's cookie", (await SignInAsync(email, password, 200)).Cookie.Split('=', 2)[1]);
        (await SendAsync("DELETE", $"{members}/{id}", null, ("Cookie", Workspace.Cookie))).Expect(204);
        await SignInAsync(email, password, 401);
    }

    private async Task<(Guid Id, string Key)> KeyAsync(string path, string what, object? body)
    {
        var made = (await SendAsync("POST", path, body, ("Cookie", Workspace.Cookie))).Expect(201).Json;
        var key = made.GetProperty("api_key").GetString()!;
        Keep(what, key);
        return (made.GetProperty("key").GetProperty("id").GetGuid(), key);
    }

    private async Task<Answer> SignInAsync(string email, string password, int status) =>
        (await SendAsync("POST", "/v1/auth/login", new { email, password })).Expect(status);

    private Task<Answer> SendAsync(
        string method, string path, object? body, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, body is null ? null : JsonContent.Create(body), headers);

    private Task<Answer> SendTextAsync(string path, string body, string type = "application/json") =>
        SendAsync("POST", path, new StringContent(body, Encoding.UTF8, type), []);

    /// <summary>By every edge in turn: each has logs of its own.</summary>
    private async Task<Answer> SendAsync(
        string method, string path, HttpContent? content, (string Name, string Value)[] headers)
    {
        var door = target.Doors[_secrets.Count % target.Doors.Count];
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await new WorkClient(target.At(door)).TrySendAsync(request)
            ?? throw new HttpRequestException($"No answer to {method} {path}.");
    }

    private string New(string what)
    {
        var text = OwnWorkspace.NewText();
        Keep(what, text);
        return text;
    }

    private void Keep(string what, string text) => _secrets.Enqueue((what, text));

    private static (string Name, string Value) ByKey(string key) => ("Authorization", "Bearer " + key);

    private static string Filling() => new('x', 300 * 1024);
}
