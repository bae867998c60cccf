namespace Availsync.Contract.Tests;

/// <summary>Agent keys: their form, what they open, and how they stop.</summary>
public abstract class KeysContract(Target target) : ContractTest(target)
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_key_can_be_told_off_line_by_its_check()
    {
        var (one, two) = (await NewAgentAsync(), await NewAgentAsync());
        foreach (var key in (string[])[one.ApiKey, two.ApiKey])
        {
            Assert.Matches("^avs_live_[0-9A-Za-z]{38}$", key);
            Assert.Equal(KeyForm.Check(key[..^6]), key[^6..]);
            Assert.True(Math.Log2(62) * (key.Length - "avs_live_".Length - 6) >= 160);
        }

        Assert.NotEqual(one.ApiKey, two.ApiKey);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_by_its_last_four_from_then_on()
    {
        var agent = await NewAgentAsync();
        var listed = (await Shared.Owner.GetAsync($"{agent.Path}/keys")).Expect(200);
        Assert.Equal(agent.ApiKey[^4..], listed["keys.0.last4"].Text());
        Assert.Equal(agent.KeyId, listed["keys.0.id"].Text());
        Answer[] answers = [listed, await Shared.Owner.GetAsync(agent.Path), await agent.GetAsync("/v1/me")];
        Assert.All(answers, a => Assert.DoesNotContain(agent.ApiKey, a.Expect(200).Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Routes_that_show_a_key_take_no_idempotency_key()
    {
        var agent = await NewAgentAsync();
        var owner = Shared.Owner.WithIdempotencyKey("once");
        (await owner.PostAsync($"{Shared.Path}/agents", new { name = "x" })).ExpectError(400, "validation_failed");
        (await owner.PostAsync($"{agent.Path}/keys")).ExpectError(400, "validation_failed");
        (await owner.PostAsync($"{agent.Path}/keys/{agent.KeyId}/rotate")).ExpectError(400, "validation_failed");
        Assert.Equal(1, (await Shared.Owner.GetAsync($"{agent.Path}/keys"))["pagination.total"].Number());
    }

    [Fact]
    public async Task Every_credential_that_does_not_hold_gets_one_and_the_same_answer()
    {
        var agent = await NewAgentAsync();
        var unknown = KeyForm.WithCheck("avs_live_" + new string('7', 32));
        var broken = agent.ApiKey[..^1] + (agent.ApiKey[^1] == '0' ? '1' : '0');
        var revoked = await RevokedAsync();
        string[] credentials =
        [
            "", "Bearer", "Bearer ", "Bearer x", $"Basic {agent.ApiKey}", agent.ApiKey, $"Bearer {unknown}",
            $"Bearer {broken}", $"Bearer {agent.ApiKey} {agent.ApiKey}", $"Bearer {revoked}", "Bearer avs_live_", "🙂",
        ];
        var plain = (await Anonymous.GetAsync("/v1/work/claims")).ExpectError(401, "unauthorized");
        Assert.Equal("Bearer", plain.Header("WWW-Authenticate"));
        foreach (var credential in credentials)
        {
            foreach (var path in (string[])["/v1/work/claims", "/v1/me", agent.Path])
            {
                var answer = await Anonymous.With("Authorization", credential).GetAsync(path);
                answer.ExpectError(401, "unauthorized");
                Assert.Equal(plain["message"].Text(), answer["message"].Text());
                Assert.Equal(plain.Json.Members(), answer.Json.Members());
            }
        }
    }

    [Fact]
    public async Task The_word_bearer_is_read_in_any_case()
    {
        var agent = await NewAgentAsync();
        (await Anonymous.With("Authorization", $"bearer {agent.ApiKey}").GetAsync("/v1/me")).Expect(200);
    }

    [Fact]
    public async Task A_revoked_key_stops_within_a_second()
    {
        var agent = await KnownAgentAsync();
        (await Shared.Owner.DeleteAsync($"{agent.Path}/keys/{agent.KeyId}")).Expect(204);
        await StoppedAsync(agent.Client, OneSecond);
        (await Shared.Owner.DeleteAsync($"{agent.Path}/keys/{agent.KeyId}")).ExpectError(404, "not_found");
    }

    [Fact]
    public async Task A_rotated_key_stops_within_a_second_and_the_new_one_works_at_once()
    {
        var agent = await KnownAgentAsync();
        var rotated = (await Shared.Owner.PostAsync($"{agent.Path}/keys/{agent.KeyId}/rotate")).Expect(201);
        Assert.Equal(["key", "api_key"], rotated.Json.Members());
        Assert.NotEqual(agent.KeyId, rotated["key.id"].Text());
        (await Anonymous.WithKey(rotated["api_key"].Text()).GetAsync("/v1/work/claims")).Expect(200);
        await StoppedAsync(agent.Client, OneSecond);
    }

    [Fact]
    public async Task A_rotated_key_may_be_given_some_grace()
    {
        var agent = await NewAgentAsync();
        var over = TimeProvider.System.GetUtcNow().AddSeconds(3);
        (await Shared.Owner.PostAsync($"{agent.Path}/keys/{agent.KeyId}/rotate", new { grace_seconds = 3 }))
            .Expect(201);
        (await agent.GetAsync("/v1/work/claims")).Expect(200);
        await Eventually.PassedAsync(over);
        await StoppedAsync(agent.Client, OneSecond);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("604801")]
    [InlineData("1.5")]
    [InlineData("\"10\"")]
    public async Task A_grace_is_at_most_seven_days(string grace)
    {
        var agent = await NewAgentAsync();
        var answer = await Shared.Owner.PostTextAsync(
            $"{agent.Path}/keys/{agent.KeyId}/rotate", $"{{\"grace_seconds\": {grace}}}");
        answer.ExpectWrong("grace_seconds");
        (await agent.GetAsync("/v1/work/claims")).Expect(200);
    }

    [Fact]
    public async Task An_agent_may_have_several_keys_that_end_one_by_one()
    {
        var agent = await NewAgentAsync();
        var second = (await Shared.Owner.PostAsync($"{agent.Path}/keys")).Expect(201);
        var client = Anonymous.WithKey(second["api_key"].Text());
        Assert.Equal(agent.Id, (await client.GetAsync("/v1/me")).Expect(200)["agent.id"].Text());
        (await Shared.Owner.DeleteAsync($"{agent.Path}/keys/{agent.KeyId}")).Expect(204);
        await StoppedAsync(agent.Client, OneSecond);
        (await client.GetAsync("/v1/work/claims")).Expect(200);
        Assert.Equal(1, (await Shared.Owner.GetAsync($"{agent.Path}/keys"))["pagination.total"].Number());
    }

    private async Task StoppedAsync(Client client, TimeSpan bound) => await Task.WhenAll(
        Target.Addresses.Select(edge => Eventually.TrueAsync(
            bound,
            async () => (await client.At(edge).GetAsync("/v1/work/claims")).Status == 401,
            $"the key is refused at {edge}")));

    /// <summary>An agent whose key every edge has seen and may remember.</summary>
    private async Task<Agent> KnownAgentAsync()
    {
        var agent = await NewAgentAsync();
        foreach (var edge in Target.Addresses) (await agent.Client.At(edge).GetAsync("/v1/work/claims")).Expect(200);
        return agent;
    }

    private async Task<string> RevokedAsync()
    {
        var agent = await NewAgentAsync();
        (await Shared.Owner.DeleteAsync($"{agent.Path}/keys/{agent.KeyId}")).Expect(204);
        await StoppedAsync(agent.Client, OneSecond);
        return agent.ApiKey;
    }
}
