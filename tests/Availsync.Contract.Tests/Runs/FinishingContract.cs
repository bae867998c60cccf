namespace Availsync.Contract.Tests;

/// <summary>Ending a run.</summary>
public abstract class FinishingContract(Target target) : ContractTest(target)
{
    private const string Finish = "/v1/work/run/finish";

    [Fact]
    public async Task A_finished_run_frees_its_resource_at_once()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource);
        (await agent.DeclareAsync(claim, "edit", "a")).Expect(200);
        var before = TimeProvider.System.GetUtcNow().AddMilliseconds(-1);
        var answer = (await agent.FinishAsync(claim)).Expect(200, "finished");
        Assert.Equal(["action", "claim"], answer.Json.Members());
        Assert.Equal("released", answer["claim.status"].Text());
        Assert.InRange(answer["claim.ended_at"].Time(), before, TimeProvider.System.GetUtcNow());
        Assert.Equal(claim.ExpiresAt, answer["claim.expires_at"].Time());
        Assert.True(answer["claim.working_set"].IsNull());
        (await other.StartAsync(resource)).Expect(200, "proceed");
    }

    [Fact]
    public async Task Finishing_again_changes_nothing()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var first = (await agent.FinishAsync(claim)).Expect(200, "finished");
        var again = (await agent.FinishAsync(claim)).Expect(200, "already_finished");
        Assert.Equal(first["claim"].GetRawText(), again["claim"].GetRawText());
    }

    [Fact]
    public async Task Only_its_agent_finishes_a_run()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var claim = await agent.HoldAsync(NewRepo());
        (await other.FinishAsync(claim)).ExpectError(403, "not_claim_owner");
        (await other.DeclareAsync(claim, "edit", "a")).ExpectError(403, "not_claim_owner");
        Assert.Equal("active", (await agent.ReadAsync(claim)).At("status").Text());
    }

    [Theory]
    [InlineData("succeeded")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData(null)]
    public async Task A_run_may_say_how_it_ended(string? outcome)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var body = new { claim_id = claim.Id, outcome, summary = new string('s', 2000) };
        (await agent.PostAsync(Finish, body)).Expect(200, "finished");
    }

    [Theory]
    [InlineData("\"outcome\": \"done\"", "outcome")]
    [InlineData("\"outcome\": 1", "outcome")]
    [InlineData("\"summary\": 1", "summary")]
    public async Task What_makes_no_sense_ends_nothing(string field, string wrong)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.Client.PostTextAsync(Finish, $"{{\"claim_id\": \"{claim.Id}\", {field}}}")).ExpectWrong(wrong);
        (await agent.PostAsync(Finish, new { claim_id = claim.Id, summary = new string('s', 2001) }))
            .ExpectWrong("summary");
        (await agent.PostAsync(Finish, new { outcome = "failed" })).ExpectWrong("claim_id");
        Assert.Equal("active", (await agent.ReadAsync(claim)).At("status").Text());
    }
}
