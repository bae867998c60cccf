namespace Availsync.Contract.Tests;

/// <summary>The fields of a start and their limits.</summary>
public abstract class StartingContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";

    [Theory]
    [InlineData("""{"duration_minutes": 1}""", 60)]
    [InlineData("""{"duration_minutes": 1440}""", 86400)]
    [InlineData("""{"duration_seconds": 5}""", 5)]
    [InlineData("""{"duration_seconds": 86400}""", 86400)]
    [InlineData("""{"duration_minutes": 30.0}""", 1800)]
    [InlineData("""{"duration_minutes": null, "duration_seconds": 90}""", 90)]
    [InlineData("""{}""", 2700)]
    public async Task A_lease_lasts_as_long_as_was_asked_for(string fields, int seconds)
    {
        var claim = (await PostAsync(fields)).Expect(200, "proceed")["claim"];
        Assert.Equal(TimeSpan.FromSeconds(seconds), claim.At("expires_at").Time() - claim.At("started_at").Time());
    }

    [Theory]
    [InlineData("""{"duration_minutes": 0}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": 1441}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": -5}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": 1.5}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": "45"}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": 1e999}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": true}""", "duration_minutes")]
    [InlineData("""{"duration_seconds": 4}""", "duration_seconds")]
    [InlineData("""{"duration_seconds": 86401}""", "duration_seconds")]
    [InlineData("""{"duration_seconds": 99999999999999999999}""", "duration_seconds")]
    [InlineData("""{"priority": -1}""", "priority")]
    [InlineData("""{"priority": 1001}""", "priority")]
    [InlineData("""{"priority": 1.5}""", "priority")]
    [InlineData("""{"priority": "high"}""", "priority")]
    [InlineData("""{"reason": 7}""", "reason")]
    [InlineData("""{"reason": "a\u0000b"}""", "reason")]
    [InlineData("""{"agent_type": ""}""", "agent_type")]
    [InlineData("""{"agent_type": 7}""", "agent_type")]
    [InlineData("""{"metadata": []}""", "metadata")]
    [InlineData("""{"metadata": "text"}""", "metadata")]
    [InlineData("""{"wait_seconds": -1}""", "wait_seconds")]
    [InlineData("""{"wait_seconds": 56}""", "wait_seconds")]
    [InlineData("""{"wait_seconds": "5"}""", "wait_seconds")]
    [InlineData("""{"ticket": 5}""", "ticket")]
    [InlineData("""{"start_at": 1700000000}""", "start_at")]
    public async Task A_field_beyond_its_limits_is_named(string fields, string wrong) =>
        (await PostAsync(fields)).ExpectWrong(wrong);

    [Fact]
    public async Task A_duration_is_given_in_minutes_or_in_seconds_but_not_in_both() =>
        (await PostAsync("""{"duration_minutes": 1, "duration_seconds": 60}""")).ExpectError(400, "validation_failed");

    [Theory]
    [InlineData("""{"priority": 0}""")]
    [InlineData("""{"priority": 1000}""")]
    [InlineData("""{"wait_seconds": 0}""")]
    [InlineData("""{"reason": null, "metadata": null, "priority": null, "agent_type": null, "start_at": null}""")]
    [InlineData("""{"agent_type": "codex", "reason": "two\nlines"}""")]
    public async Task A_field_within_its_limits_is_taken(string fields) =>
        (await PostAsync(fields)).Expect(200, "proceed");

    [Fact]
    public async Task A_reason_has_at_most_500_characters_of_any_kind()
    {
        var agent = await NewAgentAsync();
        foreach (var character in (string[])["x", "世", "🌍"])
        {
            var reason = string.Concat(Enumerable.Repeat(character, 500));
            var claim = (await agent.PostAsync(Start, new { resource = NewRepo(), reason })).Expect(200, "proceed");
            Assert.Equal(reason, claim["claim.reason"].Text());
            (await agent.PostAsync(Start, new { resource = NewRepo(), reason = reason + "x" })).ExpectWrong("reason");
        }
    }

    [Fact]
    public async Task Metadata_comes_back_as_it_was_given_up_to_4_KiB()
    {
        var agent = await NewAgentAsync();
        var metadata = new JsonObject
        {
            ["text"] = "Grüße 🌍", ["number"] = 12345678901234567890m,
            ["nested"] = new JsonObject { ["a"] = new JsonArray(1, null, true) },
            ["padding"] = "",
        };
        metadata["padding"] = new string('x', 4096 - JsonSerializer.SerializeToUtf8Bytes(metadata, Relaxed).Length);
        var claim = (await agent.PostAsync(Start, Body(metadata))).Expect(200, "proceed")["claim"];
        Assert.True(JsonElement.DeepEquals(JsonSerializer.SerializeToElement(metadata), claim.At("metadata")));
        metadata["padding"] = metadata["padding"]!.GetValue<string>() + "x";
        (await agent.PostAsync(Start, Body(metadata))).ExpectWrong("metadata");

        static JsonObject Body(JsonObject metadata) =>
            new() { ["resource"] = NewRepo(), ["metadata"] = metadata.DeepClone() };
    }

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private async Task<Answer> PostAsync(string fields)
    {
        var agent = await NewAgentAsync();
        var rest = fields.Trim()[1..];
        return await agent.Client.PostTextAsync(
            Start, $"{{\"resource\": \"{NewRepo()}\"{(rest == "}" ? "" : ", ")}{rest}");
    }
}
