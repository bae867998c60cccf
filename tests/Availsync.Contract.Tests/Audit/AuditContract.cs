namespace Availsync.Contract.Tests;

/// <summary><c>GET /v1/audit</c>: who did what.</summary>
public abstract class AuditContract(Target target) : ContractTest(target)
{
    private const string Path = "/v1/audit";
    private const string NobodysId = "01900000-0000-7000-8000-000000000000";

    [Fact]
    public async Task A_granted_and_a_finished_claim_are_the_agents_doing()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var client = agent.Client.With("X-Request-Id", "the-start");
        var claim = Held.In((await client.PostAsync("/v1/work/run/start", new { resource = "repo:Owner/Repo" }))
            .Expect(200, "proceed")["claim"]);
        (await agent.FinishAsync(claim)).Expect(200);
        var granted = Assert.Single(await workspace.AuditAsync("claim.granted"));
        Assert.Equal(
            ["id", "at", "type", "actor", "agent_id", "agent_name", "claim_id", "resource", "request_id", "details"],
            granted.Members());
        Assert.Equal(("agent", agent.Id, agent.Name), Actor(granted));
        Assert.Equal(
            (agent.Id, agent.Name, claim.Id, "repo:Owner/Repo", "the-start"),
            (granted.At("agent_id").Text(), granted.At("agent_name").Text(), granted.At("claim_id").Text(),
                granted.At("resource").Text(), granted.At("request_id").Text()));
        var released = Assert.Single(await workspace.AuditAsync("claim.released"));
        Assert.Equal(("agent", agent.Id, agent.Name), Actor(released));
        Assert.Equal(claim.Id, released.At("claim_id").Text());
    }

    [Fact]
    public async Task A_skipped_run_names_what_stood_in_its_way()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, agent) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var claim = await holder.HoldAsync("repo:o/r");
        (await agent.StartAsync("repo:o/r")).Expect(200, "skip_run");
        var skipped = Assert.Single(await workspace.AuditAsync("run.skipped"));
        Assert.Equal(("agent", agent.Id, agent.Name), Actor(skipped));
        Assert.Equal(
            (agent.Id, "repo:o/r", claim.Id),
            (skipped.At("agent_id").Text(), skipped.At("resource").Text(),
                skipped.At("details.blocking_claim_id").Text()));
    }

    [Fact]
    public async Task What_an_observer_would_have_met_is_there_and_is_no_block()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, observer) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(mode: "observe"));
        await holder.HoldAsync("repo:o/r");
        (await observer.StartAsync("repo:o/r")).Expect(200, "proceed");
        var observed = Assert.Single(await workspace.AuditAsync("run.observed"));
        Assert.Equal((observer.Id, "repo:o/r"), (observed.At("agent_id").Text(), observed.At("resource").Text()));
        Assert.Empty(await workspace.AuditAsync("run.skipped", 0));
    }

    [Fact]
    public async Task A_claim_that_a_person_ends_is_the_persons_doing()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var claim = await agent.HoldAsync("repo:o/r");
        (await workspace.Owner.DeleteAsync($"/v1/work/claims/{claim.Id}")).Expect(200, "released");
        var revoked = Assert.Single(await workspace.AuditAsync("claim.revoked"));
        Assert.Equal(("person", workspace.UserId, workspace.Email), Actor(revoked));
        Assert.Equal((agent.Id, claim.Id), (revoked.At("agent_id").Text(), revoked.At("claim_id").Text()));
    }

    [Fact]
    public async Task A_claim_that_a_person_starts_is_the_persons_doing_for_the_agent()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        (await workspace.Owner.PostAsync("/v1/work/run/start", new { resource = "repo:o/r", agent_id = agent.Id }))
            .Expect(200, "proceed");
        var granted = Assert.Single(await workspace.AuditAsync("claim.granted"));
        Assert.Equal(("person", workspace.UserId, workspace.Email), Actor(granted));
        Assert.Equal(agent.Id, granted.At("agent_id").Text());
    }

    [Fact]
    public async Task A_claim_that_runs_out_is_nobodys_doing()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var claim = await agent.HoldAsync("repo:o/r", 5);
        await Eventually.PassedAsync(claim.ExpiresAt.AddSeconds(1));
        var expired = Assert.Single(await workspace.AuditAsync("claim.expired"));
        Assert.Equal("system", expired.At("actor.type").Text());
        Assert.Equal((agent.Id, claim.Id), (expired.At("agent_id").Text(), expired.At("claim_id").Text()));
    }

    [Fact]
    public async Task Changes_of_agents_and_keys_say_who_made_them_and_what_has_changed()
    {
        var workspace = await NewWorkspaceAsync();
        var admin = await workspace.NewMemberAsync("admin");
        var agent = await workspace.NewAgentAsync("first-name");
        (await admin.Client.PatchAsync(agent.Path, new { name = "second-name" })).Expect(200);
        (await admin.Client.PatchAsync(agent.Path, new { disabled = true })).Expect(200);
        (await admin.Client.PatchAsync(agent.Path, new { disabled = false })).Expect(200);
        var key = (await admin.Client.PostAsync($"{agent.Path}/keys")).Expect(201)["key"];
        var rotated = (await admin.Client.PostAsync($"{agent.Path}/keys/{agent.KeyId}/rotate")).Expect(201)["key"];
        (await admin.Client.DeleteAsync($"{agent.Path}/keys/{key.At("id").Text()}")).Expect(204);
        (await admin.Client.DeleteAsync(agent.Path)).Expect(204);

        var created = Assert.Single(await workspace.AuditAsync("agent.created"));
        Assert.Equal(("person", workspace.UserId, workspace.Email), Actor(created));
        string[] types =
        [
            "agent.updated", "agent.disabled", "agent.enabled", "key.rotated", "key.revoked", "agent.deleted",
        ];
        foreach (var type in types)
        {
            var entry = Assert.Single(await workspace.AuditAsync(type));
            Assert.Equal(("person", admin.UserId, admin.Email), Actor(entry));
            Assert.Equal(agent.Id, entry.At("agent_id").Text());
        }

        var updated = (await workspace.AuditAsync("agent.updated"))[0];
        Assert.Equal(["name"], updated.At("details.changed").Texts());
        var made = Assert.Single(
            await workspace.AuditAsync("key.created"), e => Detail(e, "key_id") == key.At("id").Text());
        Assert.Equal(key.At("last4").Text(), Detail(made, "last4"));
        Assert.Contains(
            Detail((await workspace.AuditAsync("key.rotated"))[0], "key_id"),
            (string[])[agent.KeyId, rotated.At("id").Text()]);
        Assert.Equal(key.At("id").Text(), Detail((await workspace.AuditAsync("key.revoked"))[0], "key_id"));
    }

    [Fact]
    public async Task Changes_of_the_workspace_its_plan_and_its_people_are_there()
    {
        var workspace = await NewWorkspaceAsync();
        (await workspace.Owner.PatchAsync(workspace.Path, new { mode = "observe", expiry_grace_seconds = 5 }))
            .Expect(200);
        await workspace.OnPlanAsync("team");
        var viewer = await workspace.NewMemberAsync("viewer");
        (await workspace.Owner.DeleteAsync($"{workspace.Path}/members/{viewer.UserId}")).Expect(204);
        Assert.Single(await workspace.AuditAsync("workspace.created"));
        foreach (var type in (string[])["org.updated", "plan.changed", "member.added", "member.removed"])
        {
            var entry = Assert.Single(await workspace.AuditAsync(type));
            Assert.Equal(("person", workspace.UserId, workspace.Email), Actor(entry));
            Assert.True(entry.At("agent_id").IsNull() && entry.At("claim_id").IsNull());
        }

        var updated = (await workspace.AuditAsync("org.updated"))[0];
        Assert.Equal(["expiry_grace_seconds", "mode"], updated.At("details.changed").Texts().Order());
        var plan = (await workspace.AuditAsync("plan.changed"))[0].At("details.plan");
        Assert.Equal(("unlimited", "team"), (plan.At("from").Text(), plan.At("to").Text()));
        var added = (await workspace.AuditAsync("member.added"))[0];
        Assert.Equal((viewer.Email, "viewer"), (Detail(added, "email"), Detail(added, "role")));
        Assert.Equal(viewer.Email, Detail((await workspace.AuditAsync("member.removed"))[0], "email"));
    }

    [Fact]
    public async Task What_was_refused_has_not_happened()
    {
        var workspace = await NewWorkspaceAsync();
        var viewer = (await workspace.NewMemberAsync("viewer")).Client;
        (await viewer.PatchAsync(workspace.Path, new { mode = "observe" })).Expect(403);
        (await viewer.PutAsync("/v1/billing/plan", new { plan = "team" })).Expect(403);
        (await workspace.Owner.PatchAsync(workspace.Path, new { mode = "off" })).Expect(400);
        (await workspace.Owner.PatchAsync(workspace.Path, new { name = "Renamed" })).Expect(200);
        var updated = Assert.Single(await workspace.AuditAsync("org.updated"));
        Assert.Equal(["name"], updated.At("details.changed").Texts());
        Assert.Empty(await workspace.AuditAsync("plan.changed", 0));
    }

    [Fact]
    public async Task No_entry_has_a_secret()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        await workspace.NewMemberAsync("viewer");
        await workspace.AuditAsync("member.added");
        var body = (await workspace.Owner.GetAsync(Path)).Expect(200).Body;
        Assert.DoesNotContain(agent.ApiKey, body, StringComparison.Ordinal);
        Assert.DoesNotContain("avs_live_", body, StringComparison.Ordinal);
        Assert.DoesNotContain(Workspace.Password, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_can_be_filtered_by_agent_resource_type_and_time()
    {
        var workspace = await NewWorkspaceAsync();
        var (one, two) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        await one.HoldAsync("repo:Owner/Repo");
        await two.HoldAsync("project:p");
        var granted = await workspace.AuditAsync("claim.granted", 2);
        async Task<string[]> ResourcesAsync(string query) =>
            [.. (await workspace.Owner.GetAsync($"{Path}?type=claim.granted&{query}")).Expect(200)["audit"]
                .EnumerateArray().Select(e => e.At("resource").Text())];
        Assert.Equal(["project:p", "repo:Owner/Repo"], await ResourcesAsync(""));
        Assert.Equal(["repo:Owner/Repo"], await ResourcesAsync($"agent_id={one.Id}"));
        Assert.Equal(["repo:Owner/Repo"], await ResourcesAsync("resource=repo:https://github.com/OWNER/repo.git"));
        Assert.Empty(await ResourcesAsync("resource=project:nothing"));
        Assert.Equal(["project:p"], await ResourcesAsync($"from={granted[1].At("at").Text()}&resource=project:p"));
        Assert.DoesNotContain("project:p", await ResourcesAsync($"to={granted[1].At("at").Text()}"));
        Assert.Equal(
            0, (await workspace.Owner.GetAsync($"{Path}?type=no.such.type")).Expect(200)["pagination.total"].Number());
    }

    [Theory]
    [InlineData("agent_id=42", "agent_id")]
    [InlineData("type=%00", "type")]
    [InlineData("resource=%20", "resource")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=tomorrow", "to")]
    [InlineData("limit=ten", "limit")]
    public async Task A_filter_that_is_none_is_400(string query, string wrong) =>
        (await Shared.Owner.GetAsync($"{Path}?{query}")).ExpectWrong(wrong);

    [Fact]
    public async Task It_is_for_people_alone_and_viewers_are_people()
    {
        (await Shared.Owner.GetAsync($"{Path}?agent_id={NobodysId}")).ExpectError(404, "not_found");
        (await (await NewAgentAsync()).GetAsync(Path)).ExpectError(403, "forbidden");
        (await Anonymous.GetAsync(Path)).ExpectError(401, "unauthorized");
        (await (await Shared.NewMemberAsync("viewer")).Client.GetAsync($"{Path}?limit=1")).Expect(200);
    }

    private static (string Type, string Id, string Name) Actor(JsonElement entry) =>
        (entry.At("actor.type").Text(), entry.At("actor.id").Text(), entry.At("actor.name").Text());

    private static string? Detail(JsonElement entry, string name) =>
        entry.At("details").TryGetProperty(name, out var value) ? value.Text() : null;
}
