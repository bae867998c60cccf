using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>Makes the n-th request of a seed: always the same one, whatever runs beside it.</summary>
internal sealed class Fuzzer(FuzzWorld world, int seed)
{
    private static readonly string[] Methods =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "PROPFIND"];

    private static readonly string[] Types =
    [
        "application/json", "application/json", "application/json", "application/json; charset=utf-8", "text/json",
        "text/plain",
        "application/json; charset=utf-16", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ";",
        "\"",
        "application/problem+json", "*/*",
    ];

    private static readonly string[] Segments =
    [
        "", ".", "..", "v1", "v2", "work", "run", "start", "claims", "orgs", "agents", "keys", "rotate", "members",
        "me", "null", "holds", "preview",
        "0", "-1", "%2e%2e", "%2F", "%5C", "%C3%A9", "%F0%9F%8C%8D", "%FF", "%ED%A0%80", "%25", "%zz", "%", "a;b=c",
        "a+b", "~",
        "*", "$ref", "01900000-0000-7000-8000-000000000000", "{claim_id}", "openapi", "health", "live", "__proto__",
    ];

    private static readonly string[] Odd =
    [
        "Origin", "Accept", "Accept-Encoding", "Range", "If-Match", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto",
        "X-HTTP-Method-Override", "X-Availsync-Identity",
    ];

    private static readonly string[] ForPeople = ["/v1/audit", "/v1/value", "/v1/billing"];

    private static readonly string[] Parameters =
    [
        "limit", "offset", "status", "resource", "fencing_token", "agent_id", "type", "from", "to", "days", "Limit", "",
        "x", "%00", "limit[]",
    ];

    public FuzzedRequest Make(int index)
    {
        var random = new Random(HashCode.Combine(seed, index));
        var json = new FuzzedJson(random);
        var (method, path, body) = Valid(random, json);
        if (random.Next(10) == 0) method = json.Pick(Methods);
        if (random.Next(6) == 0) path = MutatedPath(path, random, json);
        if (random.Next(4) == 0) path += Query(random, json);
        var bytes = Body(body, random, json);
        return new FuzzedRequest(method, path, Headers(path, bytes is not null, random, json), bytes);
    }

    /// <summary>A request of the contract, with ids that are real more often than not.</summary>
    private (string Method, string Path, JsonObject? Body) Valid(Random random, FuzzedJson json)
    {
        var org = $"/v1/orgs/{Id([world.OrgId], random, json)}";
        var agent = $"{org}/agents/{Id(world.AgentIds, random, json)}";
        var key = $"{agent}/keys/{Id(world.KeyIds, random, json)}";
        var claim = Id(world.ClaimIds, random, json);
        var hold = Id(world.HoldIds, random, json);
        // Passwords are slow to hash by design: those routes get a smaller share.
        if (random.Next(500) == 0) return Signing(random, json);
        return random.Next(34) switch
        {
            0 or 1 or 2 or 3 => ("POST", "/v1/work/run/start", Start(random, json)),
            4 or 5 => ("POST", "/v1/work/check", Start(random, json)),
            6 => ("POST", "/v1/work/claim", Start(random, json)),
            7 or 8 or 9 => ("POST", "/v1/work/run/working-set", WorkingSet(claim, random, json)),
            10 => ("POST", "/v1/work/run/extend", Extend(claim, random, json)),
            11 => ("POST", $"/v1/work/claims/{claim}/extend", Extend(claim, random, json)),
            12 => ("POST", "/v1/work/run/finish",
                new JsonObject { ["claim_id"] = claim, ["outcome"] = "failed", ["summary"] = json.Text(40) }),
            13 => ("DELETE", $"/v1/work/claims/{claim}", null),
            14 => ("GET", $"/v1/work/claims/{claim}", null),
            15 => ("GET", "/v1/work/claims", null),
            16 => ("GET", "/v1/work/resources", null),
            17 => ("GET", "/v1/me", null),
            18 => (json.Pick(["GET", "PATCH"]), org,
                new JsonObject { ["name"] = json.Text(20), ["expiry_grace_seconds"] = random.Next(70) }),
            19 => (json.Pick(["GET", "POST"]), $"{org}/agents", AgentFields(random, json)),
            20 => (json.Pick(["GET", "PATCH", "PATCH", "DELETE"]), agent, AgentFields(random, json)),
            21 => (json.Pick(["GET", "POST"]), $"{agent}/keys", null),
            22 => random.Next(2) == 0
                ? ("DELETE", key, null) : ("POST", $"{key}/rotate", new JsonObject { ["grace_seconds"] = 1 }),
            23 => ("GET", $"{org}/members", null),
            24 => ("GET", json.Pick(["/v1/activity", "/v1/audit", "/v1/value/health", "/v1/billing/status"]), null),
            25 => ("POST", "/v1/activity/usage", Usage(claim, random, json)),
            26 => random.Next(4) == 0
                ? ("PUT", "/v1/billing/plan", new JsonObject { ["plan"] = json.Pick(["unlimited", "gold", ""]) })
                : ("POST", $"{agent}/{json.Pick(["test-connection", "setup-test"])}", null),
            27 or 28 => ("POST", json.Pick(["/v1/holds", "/v1/holds", "/v1/holds/preview", "/v1/availability/check"]),
                Hold(random, json)),
            29 => ("POST", $"/v1/holds/{hold}/confirm", random.Next(2) == 0 ? null : []),
            30 => (json.Pick(["GET", "DELETE"]), $"/v1/holds/{hold}", null),
            31 => ("GET", "/v1/holds", null),
            32 => ("GET", "/v1/work/events", null),
            _ => ("POST", "/v1/mcp/heartbeat",
                new JsonObject { ["client_name"] = json.Text(110), ["client_version"] = "1", ["session_id"] = null }),
        };
    }

    private static JsonObject Usage(string claim, Random random, FuzzedJson json) => new()
    {
        ["claim_id"] = random.Next(2) == 0 ? claim : null,
        ["provider"] = json.Text(110),
        ["total_tokens"] = random.NextInt64(2_000_000_000_000),
        ["cost_usd"] = random.NextDouble() * 1_100_000,
        ["metadata"] = new JsonObject { ["a"] = json.Text(20) },
    };

    private (string Method, string Path, JsonObject? Body) Signing(Random random, FuzzedJson json) =>
        random.Next(4) switch
    {
        0 => ("POST", "/v1/auth/signup", new JsonObject
        {
            ["email"] = json.Text(20) + "@example.com", ["password"] = json.Text(80),
            ["workspace_name"] = json.Text(20),
        }),
        1 => ("POST", $"/v1/orgs/{world.OrgId}/members", new JsonObject
        {
            ["email"] = json.Text(20) + "@example.com", ["password"] = json.Text(80), ["role"] = "viewer",
        }),
        _ => ("POST", "/v1/auth/login", new JsonObject { ["email"] = json.Text(20), ["password"] = json.Text(80) }),
    };

    private static string Id(string[] real, Random random, FuzzedJson json) =>
        random.Next(8) == 0 ? json.Pick(Segments) : json.Pick(real);

    private JsonObject Start(Random random, FuzzedJson json) => new()
    {
        ["resource"] = random.Next(3) == 0 ? $"project:owner/repo#{random.Next(40)}" : $"repo:{json.Text(30)}",
        ["agent_id"] = random.Next(2) == 0 ? world.Agent.Id : null,
        [random.Next(2) == 0 ? "duration_minutes" : "duration_seconds"] = random.Next(3, 100),
        ["priority"] = random.Next(1001),
        ["reason"] = json.Text(100),
        ["metadata"] = new JsonObject { ["a"] = json.Text(20) },
        ["wait_seconds"] = random.Next(10) == 0 ? random.Next(-2, 2) * 56 : 0, // Not to wait, and too long to.
        ["ticket"] = random.Next(10) == 0 ? json.Text(300) : null,
    };

    private JsonObject Hold(Random random, FuzzedJson json)
    {
        var start = random.Next(-2, 40);
        return new JsonObject
        {
            ["resource"] = random.Next(3) == 0 ? json.Text(30) : $"calendar:{random.Next(6)}",
            ["agent_id"] = random.Next(2) == 0 ? world.Agent.Id : null,
            ["starts_at"] = Holder.At(start * (random.Next(20) == 0 ? 30_000 : 1)),
            ["ends_at"] = Holder.At(start + random.Next(-1, 20)),
            ["ttl_seconds"] = random.Next(2) == 0 ? null : random.Next(25, 100),
            ["priority"] = random.Next(1001),
            ["reason"] = json.Text(100),
            ["metadata"] = new JsonObject { ["a"] = json.Text(20) },
        };
    }

    private JsonObject WorkingSet(string claim, Random random, FuzzedJson json) => new()
    {
        ["claim_id"] = claim,
        ["mode"] = json.Pick(["edit", "delete", "read"]),
        ["operation"] = json.Pick(["replace", "add", "remove"]),
        ["paths"] = new JsonArray(
            [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (JsonNode)Path(random, json))]),
        ["lease_seconds"] = random.Next(30, 100),
    };

    private JsonObject Extend(string claim, Random random, FuzzedJson json) => new()
    {
        ["claim_id"] = claim,
        ["duration_seconds"] = random.Next(5, 100),
        ["working_set"] = random.Next(2) == 0 ? null : WorkingSet(claim, random, json),
    };

    private static JsonObject AgentFields(Random random, FuzzedJson json) => new()
    {
        ["name"] = json.Text(30), ["description"] = json.Text(30), ["default_priority"] = random.Next(1001),
        ["mode"] = "observe",
        ["disabled"] = random.Next(2) == 0,
    };

    /// <summary>A pattern, sometimes of the kind that backtracks for ever where it is matched without care.</summary>
    private static string Path(Random random, FuzzedJson json) => random.Next(4) switch
    {
        0 => json.Text(100),
        1 => string.Join('/', Enumerable.Range(0, random.Next(1, 60))
            .Select(_ => json.Pick(["**", "*", "?", "a", "a*a*a*", "*b?"]))),
        2 => string.Concat(Enumerable.Repeat(json.Pick(["*a", "?*", "a*b", "ab"]), random.Next(1, 200))),
        _ => $"src/{random.Next(50)}/{json.Pick(["", "*", "*.cs", "**", "a.cs"])}",
    };

    private static byte[]? Body(JsonObject? body, Random random, FuzzedJson json) => random.Next(40) switch
    {
        0 => json.Noise(200),
        1 => Encoding.UTF8.GetBytes(json.Value(5)),
        2 => body is null ? [] : null,
        3 or 4 or 5 => json.Damaged(body?.ToJsonString() ?? "{}"),
        6 => random.Next(40) == 0 ? new byte[300_000] : "{}"u8.ToArray(),
        7 => Encoding.UTF8.GetBytes(new string('[', random.Next(1, 3000))),
        < 30 => body is null ? null : Encoding.UTF8.GetBytes(json.Mutated(body)),
        _ => body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString()),
    };

    private static string MutatedPath(string path, Random random, FuzzedJson json)
    {
        var segments = path.Split('/').ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(1, segments.Count + 1);
            switch (random.Next(5))
            {
                case 0 when at < segments.Count: segments[at] = json.Pick(Segments); break;
                case 1 when at < segments.Count && segments.Count > 2: segments.RemoveAt(at); break;
                case 2 when at < segments.Count: segments[at] = segments[at].ToUpperInvariant(); break;
                case 3: segments.Insert(at, new string('x', random.Next(1, 1500))); break;
                default: segments.Insert(at, json.Pick(Segments)); break;
            }
        }

        return string.Join('/', segments);
    }

    private static string Query(Random random, FuzzedJson json)
    {
        var pairs = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (random.Next(4) switch
        {
            0 => json.Pick(Parameters),
            1 => $"{json.Pick(Parameters)}={json.Number()}",
            2 => $"{json.Pick(Parameters)}={json.Pick(["active", "expired", "%00", "%FF", "%zz", "+", "&", "="])}",
            _ => $"{json.Pick(Parameters)}={Uri.EscapeDataString(json.Text(30))}",
        }));
        return "?" + string.Join('&', pairs);
    }

    private List<(string Name, string Value)> Headers(string path, bool hasBody, Random random, FuzzedJson json)
    {
        List<(string, string)> headers = [];
        if (hasBody && random.Next(30) > 0)
            headers.Add(("Content-Type", random.Next(8) == 0 ? json.Pick(Types) : Types[0]));
        var forPeople = path.StartsWith("/v1/orgs", StringComparison.OrdinalIgnoreCase)
            || ForPeople.Any(p => path.StartsWith(p, StringComparison.OrdinalIgnoreCase));
        switch (random.Next(20))
        {
            case 0: break;
            case 1: headers.Add(("Authorization", Visible(json.Text(40)))); break;
            case 2: headers.Add(("Authorization", $"Bearer avs_live_{Visible(json.Text(60))}")); break;
            case 3: headers.Add(("Cookie", random.Next(2) == 0 ? world.LostCookie : Visible(json.Text(60)))); break;
            case 4 or 5: headers.Add(world.Credential(!forPeople)); break;
            default: headers.Add(world.Credential(forPeople)); break;
        }

        if (random.Next(5) == 0)
            headers.Add(("Idempotency-Key", random.Next(3) == 0 ? Visible(json.Text(300)) : $"k{random.Next(200)}"));
        if (path.StartsWith("/v1/work/events", StringComparison.OrdinalIgnoreCase) && random.Next(2) == 0)
            headers.Add(("Last-Event-ID", random.Next(2) == 0 ? json.Number() : Visible(json.Text(30))));
        if (random.Next(8) == 0) headers.Add(("X-Request-Id", Visible(json.Text(200))));
        if (random.Next(20) == 0) headers.Add((json.Pick(Odd), Visible(json.Text(60))));
        return headers;
    }

    /// <summary>What may stand in a header at all.</summary>
    private static string Visible(string text) => string.Concat(text.Where(c => c is >= ' ' and not '\u007f'));
}
