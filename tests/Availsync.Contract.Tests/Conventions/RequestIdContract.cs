namespace Availsync.Contract.Tests;

/// <summary>
/// <c>X-Request-Id</c>. That every answer has one, and errors the same in their body, all tests check.
/// </summary>
public abstract class RequestIdContract(Target target) : ContractTest(target)
{
    [Fact]
    public async Task A_sane_request_id_of_the_caller_is_sent_back()
    {
        var agent = await NewAgentAsync();
        string[] sane = ["x", "a-b_c.d:e/f~!", new('9', 128)];
        foreach (var id in sane)
        {
            var client = agent.Client.With("X-Request-Id", id);
            Assert.Equal(id, (await client.GetAsync("/v1/me")).Expect(200).RequestId);
            Assert.Equal(id, (await client.PostAsync("/v1/work/run/start", new { resource = NewRepo() })).RequestId);
        }
    }

    [Theory]
    [InlineData("/v1/nowhere", 404)]
    [InlineData("/v1/work/run/start", 405)]
    [InlineData("/v1/me", 401)]
    [InlineData("/v1/orgs/1", 401)]
    public async Task A_refusal_names_the_callers_request_id_in_header_and_body(string path, int status)
    {
        var answer = (await Anonymous.With("X-Request-Id", "refuse-me").GetAsync(path)).Expect(status);
        Assert.Equal("refuse-me", answer.RequestId);
        Assert.Equal("refuse-me", answer["request_id"].Text());
    }

    [Fact]
    public async Task A_request_id_that_is_not_sane_is_replaced_by_a_new_one()
    {
        var agent = await NewAgentAsync();
        string[] insane = [new('9', 129), "two words", "tab\there", "gr\u00fcn", "\u007f"];
        foreach (var id in insane)
        {
            var answer = await agent.Client.With("X-Request-Id", id).GetAsync("/v1/work/claims");
            Assert.NotEqual(id, answer.Expect(200).RequestId);
        }

        var twice =
            await agent.Client.With("X-Request-Id", "one").With("X-Request-Id", "two").GetAsync("/v1/work/claims");
        Assert.DoesNotContain(twice.Expect(200).RequestId, (string[])["one", "two", "one,two", "one, two"]);
    }

    [Fact]
    public async Task Every_request_without_an_id_gets_one_of_its_own()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Anonymous.GetAsync("/v1/me")));
        Assert.Equal(20, answers.Select(a => a.RequestId).Distinct().Count());
    }
}
