using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>Times and ids as they come and go. How they are sent is checked in every answer, by the document.</summary>
public abstract class TimesAndIdsContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";
    private const string NobodysId = "01900000-0000-7000-8000-000000000000";

    [Theory]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss'Z'", 0)]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss.f'Z'", 0)]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", 0)]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss.fffffff'98Z'", 0)]
    [InlineData("yyyy-MM-dd't'HH:mm:ss'z'", 0)]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss'+00:00'", 0)]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss.fff'+05:30'", 330)]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss'-11:00'", -660)]
    public async Task A_time_is_taken_with_any_offset_and_any_fraction_or_none(string format, int offsetMinutes)
    {
        var agent = await NewAgentAsync();
        var start_at =
            TimeProvider.System.GetUtcNow().AddMinutes(offsetMinutes).ToString(format, CultureInfo.InvariantCulture);
        (await agent.PostAsync(Start, new { resource = NewRepo(), start_at })).Expect(200, "proceed");
    }

    [Theory]
    [InlineData("2026-05-22T10:30:00")]
    [InlineData("2026-05-22")]
    [InlineData("2026-13-22T10:30:00Z")]
    [InlineData("2026-02-30T10:30:00Z")]
    [InlineData("2026-05-22T25:30:00Z")]
    [InlineData("yesterday")]
    [InlineData("")]
    public async Task What_is_no_time_is_refused(string start_at)
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync(Start, new { resource = NewRepo(), start_at })).ExpectWrong("start_at");
    }

    [Theory]
    [InlineData(-290)]
    [InlineData(290)]
    public async Task A_start_may_be_dated_up_to_five_minutes_from_now(int seconds)
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync(Start, new { resource = NewRepo(), start_at = InSeconds(seconds) }))
            .Expect(200, "proceed");
    }

    [Theory]
    [InlineData(-310)]
    [InlineData(310)]
    [InlineData(86400)]
    public async Task A_start_further_away_is_refused_and_points_to_holds(int seconds)
    {
        var agent = await NewAgentAsync();
        var answer = await agent.PostAsync(Start, new { resource = NewRepo(), start_at = InSeconds(seconds) });
        answer.ExpectError(400, "start_at_out_of_range");
        Assert.Contains("hold", answer["message"].Text(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("finish")]
    [InlineData("extend")]
    [InlineData("working-set")]
    public async Task What_is_no_uuid_is_400_in_a_body(string call)
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync($"/v1/work/run/{call}", Complete("42"))).ExpectWrong("claim_id");
    }

    [Theory]
    [InlineData("finish")]
    [InlineData("extend")]
    [InlineData("working-set")]
    public async Task An_unknown_id_in_a_body_is_404(string call)
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync($"/v1/work/run/{call}", Complete(NobodysId))).ExpectError(404, "not_found");
    }

    [Theory]
    [InlineData("42")]
    [InlineData("01900000-0000-7000-8000-00000000000")]
    [InlineData("01900000-0000-7000-8000-00000000000g")]
    [InlineData("01900000000070008000000000000000")]
    [InlineData("%7B01900000-0000-7000-8000-000000000000%7D")]
    [InlineData(NobodysId)]
    public async Task What_is_no_uuid_or_an_unknown_one_is_404_in_a_path(string id)
    {
        var agent = await NewAgentAsync();
        (await agent.GetAsync($"/v1/work/claims/{id}")).ExpectError(404, "not_found");
        (await agent.Client.DeleteAsync($"/v1/work/claims/{id}")).ExpectError(404, "not_found");
        (await agent.PostAsync($"/v1/work/claims/{id}/extend", new { duration_minutes = 1 }))
            .ExpectError(404, "not_found");
        (await Shared.Owner.GetAsync($"/v1/orgs/{id}")).ExpectError(404, "not_found");
        (await Shared.Owner.GetAsync($"{Shared.Path}/agents/{id}")).ExpectError(404, "not_found");
        (await Shared.Owner.GetAsync($"{Shared.Path}/agents/{id}/keys")).ExpectError(404, "not_found");
        (await Shared.Owner.DeleteAsync($"{agent.Path}/keys/{id}")).ExpectError(404, "not_found");
        (await Shared.Owner.PostAsync($"{agent.Path}/keys/{id}/rotate")).ExpectError(404, "not_found");
        (await Shared.Owner.DeleteAsync($"{Shared.Path}/members/{id}")).ExpectError(404, "not_found");
    }

    [Fact]
    public async Task Unknown_fields_are_ignored_and_text_is_utf8()
    {
        var agent = await NewAgentAsync();
        var answer = await agent.PostAsync(
            Start, new { resource = NewRepo(), reason = "Grüße, 世界 🌍", no_such_field = new[] { 1, 2 } });
        Assert.Equal("Grüße, 世界 🌍", answer.Expect(200, "proceed")["claim.reason"].Text());
    }

    private static string InSeconds(int seconds) =>
        TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("o", CultureInfo.InvariantCulture);

    private static object Complete(string claim_id) =>
        new { claim_id, duration_minutes = 1, mode = "edit", paths = new[] { "a" } };
}
