namespace Availsync.Contract.Tests;

/// <summary>The lower-level endpoints: check, the legacy claim, release, and the lists.</summary>
public abstract class ClaimRoutesContract(Target target) : ContractTest(target)
{
    [Fact]
    public async Task A_check_says_what_a_start_would_be_told_and_changes_nothing()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, agent) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        const string resource = "repo:owner/repo";
        var free = (await agent.PostAsync("/v1/work/check", new { resource })).Expect(200, "proceed");
        Assert.Equal("""{"available":true,"action":"proceed","reason":null,"retry_after":null,"blocking_claim":null}""",
            free.Body);
        Assert.Equal(0, (await workspace.Owner.GetAsync("/v1/work/claims"))["pagination.total"].Number());
        Assert.Equal(0, (await workspace.Owner.GetAsync("/v1/work/resources"))["pagination.total"].Number());

        var claim = await holder.HoldAsync(resource);
        var taken = (await agent.PostAsync("/v1/work/check", new { resource })).Expect(200, "skip_run");
        Assert.Equal(["available", "action", "reason", "retry_after", "blocking_claim"], taken.Json.Members());
        Assert.False(taken["available"].Flag());
        Assert.Equal("Another active work claim has priority", taken["reason"].Text());
        Assert.Equal(claim.ExpiresAt, taken["retry_after"].Time());
        Assert.Equal(claim.Id, taken["blocking_claim.id"].Text());
        Assert.NotNull(taken.Header("Retry-After"));
    }

    [Fact]
    public async Task A_check_is_validated_like_a_start()
    {
        var agent = await NewAgentAsync();
        var body = new { resource = NewRepo(), duration_minutes = 1, duration_seconds = 60, priority = -1 };
        var check = (await agent.PostAsync("/v1/work/check", body)).ExpectError(400, "validation_failed");
        var start = (await agent.PostAsync("/v1/work/run/start", body)).ExpectError(400, "validation_failed");
        var legacy = (await agent.PostAsync("/v1/work/claim", body)).ExpectError(400, "validation_failed");
        Assert.Equal(start["details"].GetRawText(), check["details"].GetRawText());
        Assert.Equal(start["details"].GetRawText(), legacy["details"].GetRawText());
    }

    [Fact]
    public async Task The_legacy_claim_is_201_or_409()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var granted = (await holder.PostAsync("/v1/work/claim", new { resource, duration_minutes = 10 })).Expect(201);
        Assert.Equal(["claim"], granted.Json.Members());
        Assert.Equal("active", granted["claim.status"].Text());
        var refused = (await agent.PostAsync("/v1/work/claim", new { resource })).ExpectError(409, "resource_claimed");
        Assert.Equal(granted["claim.id"].Text(), refused["blocking_claim.id"].Text());
        Assert.Equal(granted["claim.expires_at"].Text(), refused["retry_after"].Text());
        Assert.NotNull(refused.Header("Retry-After"));
    }

    [Fact]
    public async Task The_legacy_claim_always_says_that_it_is_deprecated()
    {
        var agent = await NewAgentAsync();
        var resource = NewRepo();
        Answer[] answers =
        [
            (await agent.PostAsync("/v1/work/claim", new { resource })).Expect(201),
            (await agent.PostAsync("/v1/work/claim", new { resource })).Expect(409),
            (await agent.PostAsync("/v1/work/claim", new { })).Expect(400),
            (await Anonymous.PostAsync("/v1/work/claim", new { resource })).Expect(401),
            (await agent.Client.PostTextAsync("/v1/work/claim", "{}", "text/plain")).Expect(415),
            (await agent.Client.PostTextAsync("/v1/work/claim", new string(' ', 300_000))).Expect(413),
        ];
        Assert.All(answers, answer =>
        {
            Assert.Matches("^@[0-9]+$", answer.Header("Deprecation"));
            Assert.True(DateTimeOffset.TryParseExact(
                answer.Header("Sunset"), "r", System.Globalization.CultureInfo.InvariantCulture,
                System.Globalization.DateTimeStyles.None, out _));
            Assert.Equal("</v1/work/run/start>; rel=\"successor-version\"", answer.Header("Link"));
        });
        Assert.Null((await agent.StartAsync(resource)).Header("Deprecation"));
    }

    [Fact]
    public async Task An_agent_releases_its_claim_once()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource);
        var path = $"/v1/work/claims/{claim.Id}";
        (await other.Client.DeleteAsync(path)).ExpectError(403, "not_claim_owner");
        var released = (await agent.Client.DeleteAsync(path)).Expect(200, "released");
        Assert.Equal(["action", "claim"], released.Json.Members());
        Assert.Equal("released", released["claim.status"].Text());
        Assert.False(released["claim.ended_at"].IsNull());
        var again = (await agent.Client.DeleteAsync(path)).Expect(200, "already_finished");
        Assert.Equal(released["claim"].GetRawText(), again["claim"].GetRawText());
        (await other.StartAsync(resource)).Expect(200, "proceed");
    }

    [Fact]
    public async Task A_person_revokes_it()
    {
        var agent = await NewAgentAsync();
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource);
        var revoked = (await Shared.Owner.DeleteAsync($"/v1/work/claims/{claim.Id}")).Expect(200);
        Assert.Equal("revoked", revoked["claim.status"].Text());
        (await Shared.Owner.DeleteAsync($"/v1/work/claims/{claim.Id}")).Expect(200, "already_finished");
        Assert.Equal("revoked", (await agent.FinishAsync(claim))
            .Expect(200, "already_finished")["claim.status"].Text());
        Assert.Equal("revoked", (await agent.ExtendAsync(claim, 600))
            .ExpectError(409, "claim_not_active")["status"].Text());
        await agent.HoldAsync(resource);
    }

    [Fact]
    public async Task A_stale_screen_ends_nothing()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var path = $"/v1/work/claims/{claim.Id}?fencing_token=";
        var changed = (await Shared.Owner.DeleteAsync(path + (claim.Token + 1))).ExpectError(409, "claim_changed");
        Assert.Equal(claim.Token, changed["fencing_token"].Number());
        (await agent.Client.DeleteAsync(path + (claim.Token - 1))).ExpectError(409, "claim_changed");
        foreach (var token in (string[])["abc", "", "-1", "1.5", "99999999999999999999"])
            (await agent.Client.DeleteAsync(path + token)).ExpectWrong("fencing_token");
        Assert.Equal("active", (await agent.ReadAsync(claim)).At("status").Text());
        (await agent.Client.DeleteAsync(path + claim.Token)).Expect(200, "released");
    }

    [Fact]
    public async Task Any_agent_of_the_workspace_may_look_at_a_claim_by_its_id()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var claim = await agent.HoldAsync(NewRepo());
        var answer = (await other.GetAsync($"/v1/work/claims/{claim.Id}")).Expect(200);
        Assert.Equal(["claim"], answer.Json.Members());
        Assert.Equal(claim.Id, answer["claim.id"].Text());
        Assert.Equal(
            claim.Id, (await Shared.Owner.GetAsync($"/v1/work/claims/{claim.Id}")).Expect(200)["claim.id"].Text());
    }

    [Fact]
    public async Task An_agent_lists_its_own_claims_and_a_person_all_of_them()
    {
        var workspace = await NewWorkspaceAsync();
        var (one, two) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var (mine, theirs) = (await one.HoldAsync("repo:o/one"), await two.HoldAsync("repo:o/two"));
        Assert.Equal([mine.Id], await ListedAsync(one.Client, ""));
        Assert.Equal([theirs.Id], await ListedAsync(two.Client, ""));
        Assert.Equal([theirs.Id, mine.Id], await ListedAsync(workspace.Owner, ""));
    }

    [Fact]
    public async Task Claims_are_listed_by_status_and_by_resource()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var released = await agent.HoldAsync("repo:Owner/Repo");
        (await agent.FinishAsync(released)).Expect(200);
        var revoked = await agent.HoldAsync("repo:owner/repo");
        (await workspace.Owner.DeleteAsync($"/v1/work/claims/{revoked.Id}")).Expect(200);
        var active = await agent.HoldAsync("project:owner/repo#part");
        Assert.Equal([active.Id], await ListedAsync(agent.Client, "?status=active"));
        Assert.Equal([released.Id], await ListedAsync(agent.Client, "?status=released"));
        Assert.Equal([revoked.Id], await ListedAsync(agent.Client, "?status=revoked"));
        Assert.Empty(await ListedAsync(agent.Client, "?status=expired"));
        Assert.Empty(await ListedAsync(agent.Client, "?status=preempted"));
        string[] spellings =
            ["repo:owner/repo", "repo:OWNER/Repo", "repo:https%3A%2F%2Fgithub.com%2Fowner%2Frepo.git"];
        foreach (var spelling in spellings)
            Assert.Equal([revoked.Id, released.Id], await ListedAsync(agent.Client, $"?resource={spelling}"));
        Assert.Equal([active.Id], await ListedAsync(agent.Client, "?resource=project:owner/repo%23part"));
        Assert.Equal([released.Id], await ListedAsync(agent.Client, "?resource=repo:owner/repo&status=released"));
        Assert.Empty(await ListedAsync(agent.Client, "?resource=repo:owner/nothing"));
    }

    [Theory]
    [InlineData("status", "status=gone")]
    [InlineData("status", "status=")]
    [InlineData("status", "status=Active")]
    [InlineData("resource", "resource=owner/repo")]
    [InlineData("resource", "resource=")]
    [InlineData("resource", "resource=planet:earth")]
    public async Task A_filter_that_makes_no_sense_is_400(string field, string query)
    {
        var agent = await NewAgentAsync();
        (await agent.GetAsync($"/v1/work/claims?{query}")).ExpectWrong(field);
    }

    [Fact]
    public async Task Active_claims_are_listed_with_their_working_set()
    {
        var agent = await NewAgentAsync();
        var (one, two) = (await agent.HoldAsync(NewRepo()), await agent.HoldAsync(NewRepo()));
        (await agent.DeclareAsync(one, "edit", "src/", "a.cs")).Expect(200, "updated");
        (await agent.DeclareAsync(two, "read", "b.cs")).Expect(200, "updated");
        (await agent.FinishAsync(two)).Expect(200);
        var claims = (await agent.GetAsync("/v1/work/claims")).Expect(200)["claims"];
        Assert.True(claims.At("0.working_set").IsNull());
        var set = claims.At("1.working_set");
        Assert.Equal(["mode", "paths", "expires_at"], set.Members());
        Assert.Equal("edit", set.At("mode").Text());
        Assert.Equal(["src/", "a.cs"], set.At("paths").Texts());
        Assert.Equal(one.ExpiresAt, set.At("expires_at").Time());
    }

    [Fact]
    public async Task Whatever_the_legacy_claim_refuses_it_says_that_it_is_deprecated()
    {
        const string path = "/v1/work/claim";
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var foreign = await (await NewWorkspaceAsync()).NewAgentAsync();
        var repeated = agent.Client.WithIdempotencyKey(Unique.Name());
        (await repeated.PostAsync(path, new { resource = NewRepo() })).Expect(201);
        var body = new { resource = NewRepo(), agent_id = other.Id };
        Answer[] answers =
        [
            (await agent.PostAsync(path, body)).ExpectError(403, "agent_mismatch"),
            (await Shared.Owner.With("Origin", "https://evil.example").PostAsync(path, body))
                .ExpectError(403, "csrf_rejected"),
            (await Shared.Owner.PostAsync(path, new { body.resource, agent_id = foreign.Id }))
                .ExpectError(404, "not_found"),
            (await repeated.PostAsync(path, new { body.resource })).ExpectError(422, "idempotency_key_reused"),
            (await agent.Client.PostTextAsync(path, "{")).ExpectError(400, "invalid_json"),
        ];
        Assert.All(answers, answer =>
        {
            Assert.Matches("^@[0-9]+$", answer.Header("Deprecation"));
            Assert.NotNull(answer.Header("Sunset"));
            Assert.Equal("</v1/work/run/start>; rel=\"successor-version\"", answer.Header("Link"));
        });
    }

    [Fact]
    public async Task What_its_agent_has_released_a_person_cannot_revoke_any_more()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var path = $"/v1/work/claims/{claim.Id}";
        var released = (await agent.Client.DeleteAsync(path)).Expect(200, "released");
        foreach (var query in (string[])["", $"?fencing_token={claim.Token}"])
        {
            var late = (await Shared.Owner.DeleteAsync(path + query)).Expect(200, "already_finished");
            Assert.Equal("released", late["claim.status"].Text());
            Assert.Equal(released["claim"].GetRawText(), late["claim"].GetRawText());
        }
    }

    [Fact]
    public async Task A_stale_screen_revokes_nothing_and_a_fresh_one_does()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var path = $"/v1/work/claims/{claim.Id}?fencing_token=";
        (await Shared.Owner.DeleteAsync(path + (claim.Token - 1))).ExpectError(409, "claim_changed");
        Assert.Equal("active", (await agent.ReadAsync(claim)).At("status").Text());
        var revoked = (await Shared.Owner.DeleteAsync(path + claim.Token)).Expect(200, "released");
        Assert.Equal("revoked", revoked["claim.status"].Text());
        Assert.False(revoked["claim.ended_at"].IsNull());
    }

    private static async Task<string[]> ListedAsync(Client client, string query) =>
        [.. (await client.GetAsync($"/v1/work/claims{query}")).Expect(200)["claims"].EnumerateArray()
            .Select(c => c.At("id").Text())];
}
