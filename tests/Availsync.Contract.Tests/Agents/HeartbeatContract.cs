namespace Availsync.Contract.Tests;

/// <summary><c>POST /v1/mcp/heartbeat</c>: an agent's client says that it is running.</summary>
public abstract class HeartbeatContract(Target target) : ContractTest(target)
{
    private const string Path = "/v1/mcp/heartbeat";

    [Fact]
    public async Task A_heartbeat_is_answered_with_when_to_come_again()
    {
        var agent = await NewAgentAsync();
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var answer = (await agent.PostAsync(
            Path, new { client_name = "codex", client_version = "1.4.2", session_id = "a1b2" })).Expect(200);
        Assert.Equal("""{"ok":true,"next_heartbeat_seconds":60}""", answer.Body);
        await Eventually.TrueAsync(
            Records.Soon,
            async () => !(await Shared.Owner.GetAsync(agent.Path)).Expect(200)["agent.last_seen_at"].IsNull(),
            "the agent has been seen");
        var seen = (await Shared.Owner.GetAsync(agent.Path)).Expect(200)["agent.last_seen_at"].Time();
        Assert.InRange(seen, before, TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_repeated_heartbeat_is_told_what_the_first_was()
    {
        var client = (await NewAgentAsync()).Client.With("Idempotency-Key", "beat");
        var beat = new { client_name = "codex", client_version = "1" };
        var first = (await client.PostAsync(Path, beat)).Expect(200);
        var second = (await client.PostAsync(Path, beat)).Expect(200);
        Assert.Equal((first.Body, "true"), (second.Body, second.Header("Idempotency-Replayed")));
        (await client.PostAsync(Path, new { client_name = "codex", client_version = "2" }))
            .ExpectError(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Other_traffic_is_a_sign_of_life_too()
    {
        var agent = await NewAgentAsync();
        (await agent.GetAsync("/v1/work/claims")).Expect(200);
        await Eventually.TrueAsync(
            Records.Soon,
            async () => !(await Shared.Owner.GetAsync(agent.Path)).Expect(200)["agent.last_seen_at"].IsNull(),
            "the agent has been seen");
    }

    [Theory]
    [InlineData("{}", "client_name", "client_version")]
    [InlineData("""{"client_name": "", "client_version": "1"}""", "client_name")]
    [InlineData("""{"client_name": "codex", "client_version": ""}""", "client_version")]
    [InlineData("""{"client_name": "codex", "client_version": 1}""", "client_version")]
    [InlineData("""{"client_name": "codex", "client_version": "1", "session_id": {}}""", "session_id")]
    public async Task A_heartbeat_names_its_client(string body, params string[] wrong)
    {
        var agent = await NewAgentAsync();
        (await agent.Client.PostTextAsync(Path, body)).ExpectWrong(wrong);
    }

    [Theory]
    [InlineData("client_name", 100)]
    [InlineData("client_version", 50)]
    [InlineData("session_id", 200)]
    public async Task Each_text_has_so_many_characters_at_most(string field, int longest)
    {
        var agent = await NewAgentAsync();
        Task<Answer> BeatAsync(int length) => agent.PostAsync(
            Path,
            new JsonObject
            {
                ["client_name"] = "codex", ["client_version"] = "1", [field] = new string('x', length),
            });
        (await BeatAsync(longest)).Expect(200);
        (await BeatAsync(longest + 1)).ExpectWrong(field);
    }

    [Fact]
    public async Task It_is_for_keys_alone()
    {
        var body = new { client_name = "codex", client_version = "1" };
        (await Shared.Owner.PostAsync(Path, body)).ExpectError(403, "forbidden");
        (await Anonymous.PostAsync(Path, body)).ExpectError(401, "unauthorized");
    }
}
