namespace Availsync.Contract.Tests;

/// <summary>
/// Wherever a request takes an id, one of another workspace is answered exactly like one that never was.
/// </summary>
public abstract class WallsContract(Target target) : ContractTest(target)
{
    private const string NobodysId = "01900000-0000-7000-8000-000000000000";
    private const string Org = "/v1/orgs/{my.org}";
    private const string Agent = Org + "/agents/{my.agent}";
    private const string Theirs = "/v1/orgs/{id}";
    private const string Window = ", \"starts_at\": \"2046-01-01T00:00:00Z\", \"ends_at\": \"2046-01-01T01:00:00Z\"}";
    private const string Declaration = ", \"mode\": \"edit\", \"paths\": [\"a\"]";

    private static readonly Wall[] OfPeople =
    [
        new("org", "GET", Theirs),
        new("org", "PATCH", Theirs, """{"name": "Mine"}"""),
        new("org", "GET", Theirs + "/agents"),
        new("org", "POST", Theirs + "/agents", """{"name": "spy"}"""),
        new("org", "GET", Theirs + "/agents/{their.agent}"),
        new("org", "PATCH", Theirs + "/agents/{their.agent}", """{"disabled": true}"""),
        new("org", "DELETE", Theirs + "/agents/{their.agent}"),
        new("org", "GET", Theirs + "/agents/{their.agent}/keys"),
        new("org", "POST", Theirs + "/agents/{their.agent}/keys"),
        new("org", "DELETE", Theirs + "/agents/{their.agent}/keys/{their.key}"),
        new("org", "POST", Theirs + "/agents/{their.agent}/keys/{their.key}/rotate", "{}"),
        new("org", "POST", Theirs + "/agents/{their.agent}/test-connection"),
        new("org", "POST", Theirs + "/agents/{their.agent}/setup-test"),
        new("org", "POST", Theirs + "/agents/{my.agent}/test-connection"),
        new("org", "POST", Theirs + "/agents/{my.agent}/setup-test"),
        new("org", "GET", Theirs + "/members"),
        new("org", "POST", Theirs + "/members",
            """{"email": "{new}@example.com", "role": "owner", "password": "correct horse battery"}"""),
        new("org", "DELETE", Theirs + "/members/{their.user}"),
        new("agent", "GET", Org + "/agents/{id}"),
        new("agent", "PATCH", Org + "/agents/{id}", """{"disabled": true}"""),
        new("agent", "DELETE", Org + "/agents/{id}"),
        new("agent", "GET", Org + "/agents/{id}/keys"),
        new("agent", "POST", Org + "/agents/{id}/keys"),
        new("agent", "DELETE", Org + "/agents/{id}/keys/{their.key}"),
        new("agent", "POST", Org + "/agents/{id}/keys/{their.key}/rotate", "{}"),
        new("agent", "POST", Org + "/agents/{id}/test-connection"),
        new("agent", "POST", Org + "/agents/{id}/setup-test"),
        new("agent", "GET", "/v1/activity?agent_id={id}"),
        new("agent", "GET", "/v1/audit?agent_id={id}"),
        new("agent", "POST", "/v1/work/run/start", """{"agent_id": "{id}", "resource": "project:{new}"}"""),
        new("agent", "POST", "/v1/work/check", """{"agent_id": "{id}", "resource": "project:{new}"}"""),
        new("agent", "POST", "/v1/work/claim", """{"agent_id": "{id}", "resource": "project:{new}"}"""),
        new("agent", "POST", "/v1/work/run/working-set",
            """{"agent_id": "{id}", "claim_id": "{my.claim}" """ + Declaration + "}"),
        new("agent", "POST", "/v1/work/run/extend",
            """{"agent_id": "{id}", "claim_id": "{my.claim}", "duration_minutes": 90}"""),
        new("agent", "POST", "/v1/work/run/finish", """{"agent_id": "{id}", "claim_id": "{my.claim}"}"""),
        new("agent", "POST", "/v1/work/claims/{my.claim}/extend", """{"agent_id": "{id}", "duration_minutes": 90}"""),
        new("agent", "POST", "/v1/holds", """{"agent_id": "{id}", "resource": "{new}" """ + Window),
        new("agent", "POST", "/v1/holds/preview", """{"agent_id": "{id}", "resource": "{new}" """ + Window),
        new("agent", "POST", "/v1/availability/check", """{"agent_id": "{id}", "resource": "{new}" """ + Window),
        new("agent", "POST", "/v1/holds/{my.hold}/confirm", """{"agent_id": "{id}"}"""),
        new("hold", "GET", "/v1/holds/{id}"),
        new("hold", "DELETE", "/v1/holds/{id}"),
        new("hold", "POST", "/v1/holds/{id}/confirm", """{"agent_id": "{my.agent}"}"""),
        new("key", "DELETE", Agent + "/keys/{id}"),
        new("key", "POST", Agent + "/keys/{id}/rotate", "{}"),
        new("user", "DELETE", Org + "/members/{id}"),
        new("claim", "GET", "/v1/work/claims/{id}"),
        new("claim", "DELETE", "/v1/work/claims/{id}"),
        new("claim", "DELETE", "/v1/work/claims/{id}?fencing_token=1"),
        new("claim", "POST", "/v1/work/claims/{id}/extend", """{"agent_id": "{my.agent}", "duration_minutes": 90}"""),
        new("claim", "POST", "/v1/work/run/working-set",
            """{"agent_id": "{my.agent}", "claim_id": "{id}" """ + Declaration + "}"),
        new("claim", "POST", "/v1/work/run/extend",
            """{"agent_id": "{my.agent}", "claim_id": "{id}", "duration_minutes": 90}"""),
        new("claim", "POST", "/v1/work/run/finish", """{"agent_id": "{my.agent}", "claim_id": "{id}"}"""),
    ];

    private static readonly Wall[] OfKeys =
    [
        new("hold", "GET", "/v1/holds/{id}"),
        new("hold", "DELETE", "/v1/holds/{id}"),
        new("hold", "POST", "/v1/holds/{id}/confirm", "{}"),
        new("hold", "GET", "/v1/work/claims/{id}"),
        new("claim", "GET", "/v1/work/claims/{id}"),
        new("claim", "DELETE", "/v1/work/claims/{id}"),
        new("claim", "DELETE", "/v1/work/claims/{id}?fencing_token=1"),
        new("claim", "POST", "/v1/work/claims/{id}/extend", """{"duration_minutes": 90}"""),
        new("claim", "POST", "/v1/work/run/working-set", """{"claim_id": "{id}" """ + Declaration + "}"),
        new("claim", "POST", "/v1/work/run/extend", """{"claim_id": "{id}", "duration_minutes": 90}"""),
        new("claim", "POST", "/v1/work/run/finish", """{"claim_id": "{id}"}"""),
        new("claim", "POST", "/v1/activity/usage", """{"claim_id": "{id}", "total_tokens": 1}"""),
    ];

    /// <summary>Where a key meets 403 whatever the id: it is not to learn more from it than that.</summary>
    private static readonly Wall[] ClosedToKeys =
    [
        new("org", "GET", Theirs),
        new("org", "GET", Theirs + "/agents/{their.agent}"),
        new("org", "POST", Theirs + "/agents/{their.agent}/setup-test"),
        new("agent", "GET", Org + "/agents/{id}"),
        new("agent", "GET", "/v1/activity?agent_id={id}"),
        new("agent", "GET", "/v1/audit?agent_id={id}"),
        new("agent", "POST", "/v1/work/run/start", """{"agent_id": "{id}", "resource": "project:{new}"}"""),
        new("agent", "POST", "/v1/work/check", """{"agent_id": "{id}", "resource": "project:{new}"}"""),
        new("agent", "POST", "/v1/work/run/finish", """{"agent_id": "{id}", "claim_id": "{my.claim}"}"""),
    ];

    [Fact]
    public async Task What_is_another_workspaces_looks_to_people_like_what_never_was()
    {
        var (mine, theirs) = await BothAsync();
        Assert.Empty(await FaultsAsync(OfPeople, mine.Workspace.Owner, mine, theirs, 404));
        await AssertUntouchedAsync(mine, theirs);
    }

    [Fact]
    public async Task What_is_another_workspaces_looks_to_keys_like_what_never_was()
    {
        var (mine, theirs) = await BothAsync();
        Assert.Empty(await FaultsAsync(OfKeys, mine.Agent.Client, mine, theirs, 404));
        Assert.Empty(await FaultsAsync(ClosedToKeys, mine.Agent.Client, mine, theirs, 403));
        await AssertUntouchedAsync(mine, theirs);
    }

    [Fact]
    public async Task No_list_shows_anything_of_another_workspace()
    {
        var (mine, theirs) = await BothAsync();
        await theirs.Agent.ActivityAsync(1);
        await theirs.Workspace.AuditAsync("claim.granted");
        string[] lists =
        [
            "/v1/work/claims", "/v1/work/resources", "/v1/activity", "/v1/audit", "/v1/value/health",
            "/v1/holds", "/v1/billing/status", $"{mine.Workspace.Path}/agents", $"{mine.Workspace.Path}/members",
            $"/v1/work/claims?resource={(await theirs.Agent.ReadAsync(theirs.Claim)).At("resource").Text()}",
        ];
        string[] ids = [.. ((string[])["org", "agent", "key", "claim", "hold", "user"]).Select(theirs.Id)];
        foreach (var list in lists)
        {
            var answer = (await mine.Workspace.Owner.GetAsync(list)).Expect(200);
            Assert.All(ids, id => Assert.DoesNotContain(id, answer.Body, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task One_resource_in_two_workspaces_is_two_resources()
    {
        var (mine, theirs) = await BothAsync();
        var resource = NewRepo();
        await theirs.Agent.HoldAsync(resource);
        await mine.Agent.HoldAsync(resource);
    }

    /// <summary>What differs between an id of the other workspace and one that never was, or is no refusal.</summary>
    private static async Task<List<string>> FaultsAsync(
        Wall[] walls, Client caller, Walled mine, Walled theirs, int status)
    {
        List<string> faults = [];
        foreach (var wall in walls)
        {
            var foreign = await wall.TryAsync(caller, mine, theirs, theirs.Id(wall.Kind));
            var unknown = await wall.TryAsync(caller, mine, theirs, NobodysId);
            if (foreign.Status != status || unknown.Status != status || Said(foreign) != Said(unknown))
                faults.Add($"{wall}:\n{foreign}\nbut for an unknown id:\n{unknown}");
        }

        return faults;
    }

    private static string Said(Answer answer)
    {
        var body = JsonNode.Parse(answer.Body)!.AsObject();
        body.Remove("request_id");
        return body.ToJsonString();
    }

    private async Task<(Walled Mine, Walled Theirs)> BothAsync() => (
        await Walled.MakeAsync(await NewWorkspaceAsync()), await Walled.MakeAsync(await NewWorkspaceAsync()));

    /// <summary>Both workspaces are as they were: nothing was changed on the far side, nor in the caller's name.</summary>
    private static async Task AssertUntouchedAsync(Walled mine, Walled theirs)
    {
        foreach (var side in (Walled[])[mine, theirs])
        {
            var claim = await side.Agent.ReadAsync(side.Claim);
            Assert.Equal("active", claim.At("status").Text());
            Assert.Equal(side.Claim.ExpiresAt, claim.At("expires_at").Time());
            Assert.True(claim.At("working_set").IsNull());
            Assert.Equal(side.Hold.GetRawText(), (await side.Agent.ReadHoldAsync(side.Hold)).GetRawText());
            (await side.Member.Client.GetAsync("/v1/me")).Expect(200);
            var owner = side.Workspace.Owner;
            Assert.False((await owner.GetAsync(side.Agent.Path)).Expect(200)["agent.disabled"].Flag());
            foreach (var (path, total) in ((string, long)[])[("agents", 1), ("members", 2)])
            {
                var list = (await owner.GetAsync($"{side.Workspace.Path}/{path}")).Expect(200);
                Assert.Equal(total, list["pagination.total"].Number());
            }

            var keys = (await owner.GetAsync($"{side.Agent.Path}/keys")).Expect(200);
            Assert.Equal(1, keys["pagination.total"].Number());
        }
    }
}
