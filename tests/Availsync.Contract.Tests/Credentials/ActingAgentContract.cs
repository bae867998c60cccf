namespace Availsync.Contract.Tests;

/// <summary>For whom a call acts: the key's agent, or the one that a person names.</summary>
public abstract class ActingAgentContract(Target target) : ContractTest(target)
{
    [Theory]
    [InlineData("run/start", 200)]
    [InlineData("check", 200)]
    [InlineData("claim", 201)]
    public async Task A_key_may_name_its_own_agent_and_no_other(string call, int status)
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        (await agent.PostAsync($"/v1/work/{call}", new { resource, agent_id = other.Id }))
            .ExpectError(403, "agent_mismatch");
        (await agent.PostAsync($"/v1/work/{call}", new { resource, agent_id = agent.Id })).Expect(status);
    }

    [Theory]
    [InlineData("run/finish")]
    [InlineData("run/extend")]
    [InlineData("run/working-set")]
    public async Task The_same_holds_for_calls_on_a_claim(string call)
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var claim = await agent.HoldAsync(NewRepo());
        object Body(string agent_id) =>
            new { claim_id = claim.Id, agent_id, duration_minutes = 1, mode = "edit", paths = new[] { "a" } };
        (await agent.PostAsync($"/v1/work/{call}", Body(other.Id))).ExpectError(403, "agent_mismatch");
        (await agent.PostAsync($"/v1/work/{call}", Body(agent.Id))).Expect(200);
    }

    [Fact]
    public async Task An_agent_id_that_is_none_is_400()
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync("/v1/work/run/start", new { resource = NewRepo(), agent_id = "me" }))
            .ExpectWrong("agent_id");
        (await agent.PostAsync("/v1/work/run/start", new { resource = NewRepo(), agent_id = 7 }))
            .ExpectWrong("agent_id");
    }

    [Fact]
    public async Task A_person_has_to_say_for_which_agent()
    {
        var (agent, foreign) = (await NewAgentAsync(), await (await NewWorkspaceAsync()).NewAgentAsync());
        var resource = NewRepo();
        Task<Answer> StartAsync(string? agent_id) =>
            Shared.Owner.PostAsync("/v1/work/run/start", new { resource, agent_id });
        (await StartAsync(null)).ExpectWrong("agent_id");
        (await StartAsync(foreign.Id)).ExpectError(404, "not_found");
        (await StartAsync("01900000-0000-7000-8000-000000000000")).ExpectError(404, "not_found");
        Assert.Equal(agent.Id, (await StartAsync(agent.Id)).Expect(200, "proceed")["claim.agent_id"].Text());
    }

    [Fact]
    public async Task A_person_may_see_a_claim_through_for_its_agent()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        object Body(string? agent_id) =>
            new { claim_id = claim.Id, agent_id, duration_minutes = 30, mode = "edit", paths = new[] { "a" } };
        foreach (var call in (string[])["extend", "working-set", "finish"])
        {
            (await Shared.Owner.PostAsync($"/v1/work/run/{call}", Body(null))).ExpectWrong("agent_id");
            (await Shared.Owner.PostAsync($"/v1/work/run/{call}", Body(agent.Id))).Expect(200);
        }
    }

    [Fact]
    public async Task A_viewer_starts_nothing()
    {
        var agent = await NewAgentAsync();
        var viewer = await Shared.NewMemberAsync("viewer");
        (await viewer.Client.PostAsync("/v1/work/run/start", new { resource = NewRepo(), agent_id = agent.Id }))
            .ExpectError(403, "forbidden");
        var claim = await agent.HoldAsync(NewRepo());
        (await viewer.Client.DeleteAsync($"/v1/work/claims/{claim.Id}")).ExpectError(403, "forbidden");
        (await viewer.Client.GetAsync($"/v1/work/claims/{claim.Id}")).Expect(200);
    }

    [Fact]
    public async Task The_extension_by_path_asks_for_the_agent_too()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var claim = await agent.HoldAsync(NewRepo());
        var path = $"/v1/work/claims/{claim.Id}/extend";
        object Body(string? agent_id) => new { agent_id, duration_minutes = 30 };
        (await agent.PostAsync(path, Body(other.Id))).ExpectError(403, "agent_mismatch");
        (await agent.PostAsync(path, Body(agent.Id))).Expect(200, "extended");
        (await Shared.Owner.PostAsync(path, Body(null))).ExpectWrong("agent_id");
        (await Shared.Owner.PostAsync(path, Body(agent.Id))).Expect(200, "extended");
    }

    [Theory]
    [InlineData("run/finish")]
    [InlineData("run/extend")]
    [InlineData("run/working-set")]
    [InlineData("claims/$/extend")]
    public async Task A_person_acts_on_a_claim_for_the_agent_that_has_it_and_no_other(string call)
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var foreign = await (await NewWorkspaceAsync()).NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        Task<Answer> CallAsync(string agent_id) => Shared.Owner.PostAsync(
            $"/v1/work/{call.Replace("$", claim.Id, StringComparison.Ordinal)}",
            new { claim_id = claim.Id, agent_id, duration_minutes = 30, mode = "edit", paths = new[] { "a" } });
        (await CallAsync(other.Id)).ExpectError(403, "not_claim_owner");
        (await CallAsync(foreign.Id)).ExpectError(404, "not_found");
        var read = await agent.ReadAsync(claim);
        Assert.Equal("active", read.At("status").Text());
        Assert.Equal(claim.ExpiresAt, read.At("expires_at").Time());
        Assert.True(read.At("working_set").IsNull());
    }
}
