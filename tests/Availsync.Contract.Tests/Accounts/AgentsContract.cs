namespace Availsync.Contract.Tests;

/// <summary>The agents of a workspace.</summary>
public abstract class AgentsContract(Target target) : ContractTest(target)
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task An_agent_comes_with_its_first_key()
    {
        var answer = await Shared.Owner.PostAsync(
            $"{Shared.Path}/agents",
            new { name = "nightly-codex", description = "updates", default_priority = 7, mode = "observe" });
        answer.Expect(201);
        Assert.Equal(["agent", "key", "api_key"], answer.Json.Members());
        Assert.Equal(
            ["id", "name", "description", "default_priority", "mode", "disabled", "last_seen_at", "created_at"],
            answer["agent"].Members());
        Assert.Equal(["id", "last4", "created_at", "expires_at"], answer["key"].Members());
        Assert.Equal(
            ("nightly-codex", "updates", 7L, "observe", false),
            (answer["agent.name"].Text(), answer["agent.description"].Text(), answer["agent.default_priority"].Number(),
                answer["agent.mode"].Text(), answer["agent.disabled"].Flag()));
        Assert.True(answer["agent.last_seen_at"].IsNull());
        Assert.EndsWith(answer["key.last4"].Text(), answer["api_key"].Text(), StringComparison.Ordinal);
        var read = (await Shared.Owner.GetAsync($"{Shared.Path}/agents/{answer["agent.id"].Text()}")).Expect(200);
        Assert.Equal(answer["agent"].GetRawText(), read["agent"].GetRawText());
    }

    [Fact]
    public async Task What_an_agent_leaves_out_has_its_default()
    {
        var agent = (await Shared.Owner.PostAsync($"{Shared.Path}/agents", new { name = "plain" }))
            .Expect(201)["agent"];
        Assert.True(agent.At("description").IsNull() && agent.At("mode").IsNull());
        Assert.Equal(100, agent.At("default_priority").Number());
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name": ""}""", "name")]
    [InlineData("""{"name": "x", "default_priority": 1001}""", "default_priority")]
    [InlineData("""{"name": "x", "default_priority": -1}""", "default_priority")]
    [InlineData("""{"name": "x", "mode": "off"}""", "mode")]
    [InlineData("""{"name": "x", "description": 1}""", "description")]
    public async Task An_agent_beyond_its_limits_is_not_made(string body, string wrong) =>
        (await Shared.Owner.PostTextAsync($"{Shared.Path}/agents", body)).ExpectWrong(wrong);

    [Fact]
    public async Task An_agent_can_be_changed()
    {
        var agent = await NewAgentAsync();
        var answer = await Shared.Owner.PatchAsync(
            agent.Path, new { name = "renamed", description = "d", default_priority = 900, mode = "enforce" });
        answer.Expect(200);
        Assert.Equal(
            ("renamed", "d", 900L, "enforce"),
            (answer["agent.name"].Text(), answer["agent.description"].Text(), answer["agent.default_priority"].Number(),
                answer["agent.mode"].Text()));
        var cleared = (await Shared.Owner.PatchAsync(
            agent.Path, new { description = (string?)null, mode = (string?)null })).Expect(200);
        Assert.True(cleared["agent.description"].IsNull() && cleared["agent.mode"].IsNull());
        Assert.Equal("renamed", cleared["agent.name"].Text());
        (await Shared.Owner.PatchAsync(agent.Path, new { disabled = "yes" })).ExpectWrong("disabled");
        await Eventually.TrueAsync(
            OneSecond,
            async () => (await agent.StartAsync(NewRepo())).Expect(200)["claim"] is var claim
                && claim.At("priority").Number() == 900 && claim.At("agent_name").Text() == "renamed",
            "the agent acts under its new name and priority");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disabled_or_deleted_agent_is_out_within_a_second_and_its_claims_are_revoked(bool delete)
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource);
        if (delete) (await Shared.Owner.DeleteAsync(agent.Path)).Expect(204);
        else (await Shared.Owner.PatchAsync(agent.Path, new { disabled = true })).Expect(200);
        await Task.WhenAll(Target.Addresses.Select(edge => Eventually.TrueAsync(
            OneSecond,
            async () => (await agent.At(edge).GetAsync("/v1/work/claims")).Status == 401
                && (await other.At(edge).ReadAsync(claim)).At("status").Text() == "revoked",
            $"its key is refused and its claim is revoked at {edge}")));
        (await agent.GetAsync("/v1/me")).ExpectError(401, "unauthorized");
        (await other.StartAsync(resource)).Expect(200, "proceed");
    }

    [Fact]
    public async Task A_disabled_agent_can_be_enabled_again()
    {
        var agent = await NewAgentAsync();
        (await Shared.Owner.PatchAsync(agent.Path, new { disabled = true })).Expect(200);
        await Eventually.TrueAsync(
            OneSecond, async () => (await agent.GetAsync("/v1/work/claims")).Status == 401, "its key is refused");
        Assert.True((await Shared.Owner.GetAsync(agent.Path)).Expect(200)["agent.disabled"].Flag());
        (await Shared.Owner.PatchAsync(agent.Path, new { disabled = false })).Expect(200);
        await Eventually.TrueAsync(
            OneSecond, async () => (await agent.StartAsync(NewRepo())).Status == 200, "its key works again");
    }

    [Fact]
    public async Task A_deleted_agent_is_gone()
    {
        var agent = await NewAgentAsync();
        (await Shared.Owner.DeleteAsync(agent.Path)).Expect(204);
        (await Shared.Owner.GetAsync(agent.Path)).ExpectError(404, "not_found");
        (await Shared.Owner.DeleteAsync(agent.Path)).ExpectError(404, "not_found");
        (await Shared.Owner.GetAsync($"{agent.Path}/keys")).ExpectError(404, "not_found");
        (await Shared.Owner.PostAsync("/v1/work/run/start", new { resource = NewRepo(), agent_id = agent.Id }))
            .ExpectError(404, "not_found");
    }

    [Fact]
    public async Task The_first_start_has_printed_a_sign_in_and_a_key_that_work()
    {
        var me = (await Anonymous.WithKey(Target.FirstKey).GetAsync("/v1/me")).Expect(200);
        Assert.Equal("default", me["org.name"].Text());
        var (email, password) = (Target.FirstSignIn.Split(" / ")[0], Target.FirstSignIn.Split(" / ")[1]);
        var signedIn = (await Anonymous.PostAsync("/v1/auth/login", new { email, password })).Expect(200);
        Assert.Equal(("default", "owner", "unlimited"),
            (signedIn["org.name"].Text(), signedIn["org.role"].Text(), signedIn["org.plan"].Text()));
    }
}
