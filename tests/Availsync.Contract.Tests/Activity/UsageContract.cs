namespace Availsync.Contract.Tests;

/// <summary><c>POST /v1/activity/usage</c>: what a run has used, as the agent says.</summary>
public abstract class UsageContract(Target target) : ContractTest(target)
{
    private const string Path = "/v1/activity/usage";

    [Fact]
    public async Task What_a_run_has_used_is_recorded()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var whole = (await agent.PostAsync(Path, new
        {
            claim_id = claim.Id, external_run_id = "run-7", provider = "openai", model = "gpt-5-codex",
            input_tokens = 1200, output_tokens = 300, total_tokens = 1500, cost_usd = 0.123456,
            metadata = new { branch = "main" },
        })).Expect(202);
        Assert.Equal(["recorded", "id"], whole.Json.Members());
        Assert.True(whole["recorded"].Flag());
        (await agent.FinishAsync(claim)).Expect(200);
        (await agent.PostAsync(Path, new { claim_id = claim.Id, cost_usd = 1 })).Expect(202);
        (await agent.PostAsync(Path, new { provider = "openai" })).Expect(202);
    }

    [Theory]
    [InlineData("""{"input_tokens": -1}""", "input_tokens")]
    [InlineData("""{"output_tokens": -1}""", "output_tokens")]
    [InlineData("""{"total_tokens": -1}""", "total_tokens")]
    [InlineData("""{"total_tokens": 1.5}""", "total_tokens")]
    [InlineData("""{"total_tokens": "12"}""", "total_tokens")]
    [InlineData("""{"total_tokens": 1000000000001}""", "total_tokens")]
    [InlineData("""{"cost_usd": -0.01}""", "cost_usd")]
    [InlineData("""{"cost_usd": 1000000.01}""", "cost_usd")]
    [InlineData("""{"cost_usd": "1"}""", "cost_usd")]
    [InlineData("""{"claim_id": "42"}""", "claim_id")]
    [InlineData("""{"provider": 7}""", "provider")]
    [InlineData("""{"total_tokens": 1, "metadata": []}""", "metadata")]
    [InlineData("""{"input_tokens": -1, "cost_usd": -1}""", "cost_usd", "input_tokens")]
    public async Task Numbers_below_zero_and_what_is_out_of_range_are_400(string body, params string[] wrong)
    {
        var agent = await NewAgentAsync();
        (await agent.Client.PostTextAsync(Path, body)).ExpectWrong(wrong);
    }

    [Theory]
    [InlineData("external_run_id", 200)]
    [InlineData("provider", 100)]
    [InlineData("model", 200)]
    public async Task A_text_has_so_many_characters_at_most(string field, int longest)
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync(Path, new JsonObject { [field] = new string('x', longest) })).Expect(202);
        (await agent.PostAsync(Path, new JsonObject { [field] = new string('x', longest + 1) })).ExpectWrong(field);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata": {"a": 1}}""")]
    [InlineData("""{"total_tokens": null}""")]
    public async Task A_report_of_nothing_is_400(string body)
    {
        var agent = await NewAgentAsync();
        (await agent.Client.PostTextAsync(Path, body)).ExpectError(400, "validation_failed");
    }

    [Fact]
    public async Task The_largest_numbers_are_taken()
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync(Path, new { total_tokens = 1_000_000_000_000, cost_usd = 1_000_000 })).Expect(202);
        (await agent.PostAsync(Path, new { input_tokens = 0, output_tokens = 0, cost_usd = 0 })).Expect(202);
    }

    [Fact]
    public async Task A_claim_has_to_be_the_agents_own()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var claim = await other.HoldAsync(NewRepo());
        (await agent.PostAsync(Path, new { claim_id = claim.Id, total_tokens = 1 }))
            .ExpectError(403, "not_claim_owner");
        (await agent.PostAsync(Path, new { claim_id = "01900000-0000-7000-8000-000000000000", total_tokens = 1 }))
            .ExpectError(404, "not_found");
    }

    [Fact]
    public async Task A_repeat_is_recorded_once()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var client = agent.Client.WithIdempotencyKey("report-1");
        var first = (await client.PostAsync(Path, new { total_tokens = 10 })).Expect(202);
        var second = (await client.PostAsync(Path, new { total_tokens = 10 })).Expect(202);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
        (await client.PostAsync(Path, new { total_tokens = 11 })).ExpectError(422, "idempotency_key_reused");
        (await agent.PostAsync(Path, new { total_tokens = 5 })).Expect(202);
        await workspace.HealthAsync(a => a["tokens_reported"].Number() == 15, "15 tokens are reported");
    }

    [Fact]
    public async Task It_is_for_keys_alone()
    {
        (await Shared.Owner.PostAsync(Path, new { total_tokens = 1 })).ExpectError(403, "forbidden");
        (await Anonymous.PostAsync(Path, new { total_tokens = 1 })).ExpectError(401, "unauthorized");
    }
}
