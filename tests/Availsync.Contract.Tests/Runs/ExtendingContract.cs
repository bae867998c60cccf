namespace Availsync.Contract.Tests;

/// <summary>Asking for more time, by both routes.</summary>
public abstract class ExtendingContract(Target target) : ContractTest(target)
{
    public static TheoryData<bool> Routes => [true, false];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task An_extension_counts_from_now_and_never_shortens(bool byPath)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo(), 600);
        var before = TimeProvider.System.GetUtcNow();
        var longer = (await ExtendAsync(agent, claim, byPath, new { duration_minutes = 30 })).Expect(200, "extended");
        Assert.Equal(["action", "claim"], longer.Json.Members());
        var expiry = longer["claim.expires_at"].Time();
        Assert.InRange(
            expiry - before.AddMinutes(30), TimeSpan.FromMilliseconds(-1), TimeProvider.System.GetUtcNow() - before);
        Assert.Equal(claim.Token, longer["claim.fencing_token"].Number());
        Assert.Equal(claim.StartedAt, longer["claim.started_at"].Time());
        var shorter = (await ExtendAsync(agent, claim, byPath, new { duration_seconds = 5 })).Expect(200, "extended");
        Assert.Equal(expiry, shorter["claim.expires_at"].Time());
        Assert.Equal(expiry, (await agent.ReadAsync(claim)).At("expires_at").Time());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_claim_never_lasts_more_than_24_hours_from_its_start(bool byPath)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo(), 600);
        var answer = (await ExtendAsync(agent, claim, byPath, new { duration_minutes = 1440 })).Expect(200, "extended");
        Assert.Equal(claim.StartedAt.AddHours(24), answer["claim.expires_at"].Time());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task An_extended_lease_does_not_end_at_its_first_expiry(bool byPath)
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource, 5);
        (await ExtendAsync(agent, claim, byPath, new { duration_seconds = 60 })).Expect(200, "extended");
        await Eventually.PassedAsync(claim.ExpiresAt.AddSeconds(1.5));
        Assert.Equal("active", (await agent.ReadAsync(claim)).At("status").Text());
        (await other.StartAsync(resource)).Expect(200, "skip_run");
    }

    [Theory]
    [InlineData("{}", "duration_minutes")]
    [InlineData("""{"duration_minutes": 0}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": 1441}""", "duration_minutes")]
    [InlineData("""{"duration_seconds": 4}""", "duration_seconds")]
    [InlineData("""{"duration_seconds": 86401}""", "duration_seconds")]
    [InlineData("""{"duration_seconds": 60, "working_set": 1}""", "working_set")]
    [InlineData("""{"duration_seconds": 60, "working_set": {"mode": "edit"}}""", "working_set.paths")]
    [InlineData("""{"duration_seconds": 60, "working_set": {"paths": ["a"]}}""", "working_set.mode")]
    [InlineData("""{"duration_seconds": 60, "working_set": {"mode": "edit", "paths": ["a", "/b"]}}""",
        "working_set.paths[1]")]
    public async Task An_extension_needs_a_duration_within_its_limits(string body, string wrong)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.Client.PostTextAsync($"/v1/work/claims/{claim.Id}/extend", body)).ExpectWrong(wrong);
        var named = (JsonObject)JsonNode.Parse(body)!;
        named["claim_id"] = claim.Id;
        (await agent.PostAsync("/v1/work/run/extend", named)).ExpectWrong(wrong);
    }

    [Fact]
    public async Task An_extension_is_given_in_minutes_or_in_seconds_but_not_in_both()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await ExtendAsync(agent, claim, true, new { duration_minutes = 30, duration_seconds = 1800 }))
            .ExpectError(400, "validation_failed");
        Assert.Equal(claim.ExpiresAt, (await agent.ReadAsync(claim)).At("expires_at").Time());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task An_extension_may_bring_files_and_answers_for_them(bool byPath)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo(), 600);
        var working_set = new { mode = "edit", paths = new[] { "./src//a.cs" } };
        var answer = (await ExtendAsync(agent, claim, byPath, new { duration_minutes = 30, working_set }))
            .Expect(200, "extended");
        Assert.Equal("updated", answer["working_set.action"].Text());
        Assert.Equal(["src/a.cs"], answer["working_set.claimed_paths"].Texts());
        Assert.Equal(["src/a.cs"], answer["claim.working_set.paths"].Texts());
        Assert.Equal(answer["claim.expires_at"].Text(), answer["claim.working_set.expires_at"].Text());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Where_all_the_files_are_blocked_nothing_is_extended(bool byPath)
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var (holder, claim) =
            (await agent.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two"));
        (await agent.DeclareAsync(holder, "edit", "src/")).Expect(200);
        (await agent.DeclareAsync(claim, "edit", "docs/")).Expect(200);
        var working_set = new { mode = "edit", paths = new[] { "src/a.cs" } };
        var refused = await ExtendAsync(agent, claim, byPath, new { duration_minutes = 60, working_set });
        refused.ExpectError(409, "blocked");
        Assert.Equal(["src/a.cs"], refused["blocked_paths"].Texts());
        var read = await agent.ReadAsync(claim);
        Assert.Equal(claim.ExpiresAt, read.At("expires_at").Time());
        Assert.Equal(["docs/"], read.At("working_set.paths").Texts());
    }

    [Fact]
    public async Task Where_some_of_the_files_are_blocked_the_rest_and_the_time_are_granted()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var (holder, claim) =
            (await agent.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two"));
        (await agent.DeclareAsync(holder, "edit", "src/")).Expect(200);
        var working_set = new { mode = "edit", paths = new[] { "src/a.cs", "docs/" } };
        var answer = (await ExtendAsync(agent, claim, false, new { duration_minutes = 60, working_set }))
            .Expect(200, "extended");
        Assert.Equal("partial_proceed", answer["working_set.action"].Text());
        Assert.Equal(["docs/"], answer["claim.working_set.paths"].Texts());
        Assert.True(answer["claim.expires_at"].Time() > claim.ExpiresAt);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task An_ended_claim_never_comes_back(bool byPath)
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var claim = await agent.HoldAsync(NewRepo());
        (await ExtendAsync(other, claim, byPath, new { duration_minutes = 1 })).ExpectError(403, "not_claim_owner");
        (await agent.FinishAsync(claim)).Expect(200);
        var refused = await ExtendAsync(agent, claim, byPath, new { duration_minutes = 1 });
        Assert.Equal("released", refused.ExpectError(409, "claim_not_active")["status"].Text());
        Assert.Equal("released", (await agent.ReadAsync(claim)).At("status").Text());
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task An_extension_takes_all_that_a_declaration_takes(bool byPath)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo(), 600);
        (await agent.DeclareAsync(claim, "edit", "a")).Expect(200, "updated");
        Task<Answer> WithAsync(object working_set) =>
            ExtendAsync(agent, claim, byPath, new { duration_minutes = 30, working_set });
        string[] paths = ["b"];
        (await WithAsync(new { mode = "read", operation = "add", paths })).ExpectError(400, "validation_failed");
        (await WithAsync(new { mode = "edit", resource = "repo:some/other", paths }))
            .ExpectError(400, "validation_failed");
        Assert.Equal(claim.ExpiresAt, (await agent.ReadAsync(claim)).At("expires_at").Time());
        var before = TimeProvider.System.GetUtcNow().AddMilliseconds(-1);
        var answer = (await WithAsync(new { mode = "edit", operation = "add", lease_seconds = 60, paths }))
            .Expect(200, "extended");
        Assert.Equal(["a", "b"], answer["claim.working_set.paths"].Texts());
        Assert.InRange(
            answer["claim.working_set.expires_at"].Time(), before.AddSeconds(60),
            TimeProvider.System.GetUtcNow().AddSeconds(60));
        Assert.True(answer["claim.expires_at"].Time() > claim.ExpiresAt);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_lease_that_is_over_cannot_be_extended_however_soon_one_asks(bool byPath)
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource, 5);
        await Eventually.PassedAsync(claim.ExpiresAt);
        var refused = await ExtendAsync(agent, claim, byPath, new { duration_minutes = 1 });
        Assert.Equal("expired", refused.ExpectError(409, "claim_not_active")["status"].Text());
        Assert.True((await other.PostAsync("/v1/work/check", new { resource })).Expect(200)["available"].Flag());
        (await other.StartAsync(resource)).Expect(200, "proceed");
    }

    private static Task<Answer> ExtendAsync(Agent agent, Held claim, bool byPath, object body)
    {
        if (byPath) return agent.PostAsync($"/v1/work/claims/{claim.Id}/extend", body);
        var named = JsonSerializer.SerializeToNode(body)!.AsObject();
        named["claim_id"] = claim.Id;
        return agent.PostAsync("/v1/work/run/extend", named);
    }
}
