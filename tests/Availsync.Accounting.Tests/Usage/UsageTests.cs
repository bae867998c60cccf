using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting.Tests;

public sealed class UsageTests(Hosts hosts) : IClassFixture<Hosts>
{
    private const string Path = "/v1/activity/usage";

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_an_agent_reports_is_kept_and_added_to_its_day(StorageProvider store)
    {
        var (host, ada, agent, agentId) = await AgentAsync(store);
        var claim = host.Arbiter.Grant(ada.OrgId, agentId, host.Time.GetUtcNow());

        var reply = await agent.PostAsync(Path, new
        {
            claim_id = claim.Value,
            external_run_id = "run-7",
            provider = "acme",
            model = "large",
            input_tokens = 1000,
            output_tokens = 250,
            cost_usd = 0.1234567,
            metadata = new { step = "plan" },
        });
        await agent.PostAsync(Path, new { input_tokens = 5, output_tokens = 5, total_tokens = 500, cost_usd = 1 });

        Assert.Equal(202, reply.Status);
        Assert.True((bool)reply.Json["recorded"]!);
        await using var db = host.Db();
        var row = await db.Usage.SingleAsync(usage => usage.Id == (Guid)reply.Json["id"]!);
        Assert.Equal(
            (ada.OrgId, agentId, claim.Value, "run-7", "acme", "large"),
            (row.OrgId, row.AgentId, row.ClaimId, row.ExternalRunId, row.Provider, row.Model));
        Assert.Equal((1000, 250, null, 123_457), (row.InputTokens, row.OutputTokens, row.TotalTokens, row.CostMicroUsd));
        Assert.Equal("""{"step":"plan"}""", row.Metadata);
        var day = await db.Daily.SingleAsync(daily => daily.OrgId == ada.OrgId);
        Assert.Equal(
            (agentId, new DateOnly(2026, 5, 22), 1750, 1_123_457),
            (day.AgentId, day.Day, day.TokensReported, day.CostMicroUsd));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Of_many_reports_at_once_none_is_missing_in_the_sum(StorageProvider store)
    {
        var (host, ada, agent, _) = await AgentAsync(store);

        var replies = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => agent.PostAsync(Path, new { total_tokens = 10, cost_usd = 0.5 })));

        Assert.All(replies, reply => Assert.Equal(202, reply.Status));
        await using var db = host.Db();
        var day = await db.Daily.SingleAsync(daily => daily.OrgId == ada.OrgId);
        Assert.Equal((200, 10_000_000), (day.TokensReported, day.CostMicroUsd));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_repeated_report_counts_once_even_when_the_arbiter_has_gone_silent(StorageProvider store)
    {
        var (host, ada, agent, agentId) = await AgentAsync(store);
        var claim = host.Arbiter.Grant(ada.OrgId, agentId, host.Time.GetUtcNow());
        var form = new { claim_id = claim.Value, total_tokens = 10 };

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => agent.PostAsync(Path, form, "once")));
        host.Arbiter.BeSilentTowards(ada.OrgId);
        var later = await agent.PostAsync(Path, form, "once");
        var other = await agent.PostAsync(Path, new { total_tokens = 11 }, "once");

        Assert.All(replies.Append(later), reply => Assert.Equal((202, later.Body), (reply.Status, reply.Body)));
        Assert.Equal("true", later.Headers["Idempotency-Replayed"]);
        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Error));
        await using var db = host.Db();
        Assert.Equal(1, await db.Usage.CountAsync(usage => usage.OrgId == ada.OrgId));
        Assert.Equal(10, (await db.Daily.SingleAsync(daily => daily.OrgId == ada.OrgId)).TokensReported);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task One_key_of_two_agents_is_two_keys(StorageProvider store)
    {
        var (_, ada, agent, _) = await AgentAsync(store);
        var other = ada.WithKey((await ada.CreateAgentAsync("other")).ApiKey);

        var first = await agent.PostAsync(Path, new { total_tokens = 10 }, "once");
        var second = await other.PostAsync(Path, new { total_tokens = 10 }, "once");

        Assert.Equal((202, 202), (first.Status, second.Status));
        Assert.NotEqual(first.Body, second.Body);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_claim_has_to_be_the_agents_own(StorageProvider store)
    {
        var (host, ada, agent, _) = await AgentAsync(store);
        var eve = await host.SignUpAsync();
        var foreign = host.Arbiter.Grant(eve.OrgId, host.NewId(), host.Time.GetUtcNow());
        var colleagues = host.Arbiter.Grant(ada.OrgId, host.NewId(), host.Time.GetUtcNow());

        var unknown = await agent.PostAsync(Path, new { claim_id = host.NewId() });
        var theirs = await agent.PostAsync(Path, new { claim_id = foreign.Value });
        var mates = await agent.PostAsync(Path, new { claim_id = colleagues.Value }, "kept");
        var again = await agent.PostAsync(Path, new { claim_id = colleagues.Value }, "kept");

        Assert.Equal((404, "not_found"), (unknown.Status, unknown.Error));
        Assert.Equal((404, (string)unknown.Json["message"]!), (theirs.Status, (string)theirs.Json["message"]!));
        Assert.Equal((403, "not_claim_owner"), (mates.Status, mates.Error));
        Assert.Equal((mates.Body, "true"), (again.Body, again.Headers["Idempotency-Replayed"]));
        Assert.Equal("not_claim_owner", again.Headers[InternalIdentity.ErrorHeader]);
        await using var db = host.Db();
        Assert.Empty(db.Usage.Where(usage => usage.OrgId == ada.OrgId));
    }

    [Fact]
    public async Task A_claim_is_not_believed_while_the_arbiter_is_silent()
    {
        var (host, ada, agent, agentId) = await AgentAsync(StorageProvider.Sqlite);
        var form = new { claim_id = host.Arbiter.Grant(ada.OrgId, agentId, host.Time.GetUtcNow()).Value };
        host.Arbiter.BeSilentTowards(ada.OrgId);

        var silent = await agent.PostAsync(Path, form, "once");
        host.Arbiter.BeSilentTowards(ada.OrgId, silent: false);

        Assert.Equal((503, "arbiter_unavailable"), (silent.Status, silent.Error));
        Assert.Equal(202, (await agent.PostAsync(Path, form, "once")).Status);
    }

    [Theory]
    [InlineData("""{"input_tokens":-1}""", "input_tokens")]
    [InlineData("""{"output_tokens":1.5}""", "output_tokens")]
    [InlineData("""{"total_tokens":1000000000001}""", "total_tokens")]
    [InlineData("""{"total_tokens":"7"}""", "total_tokens")]
    [InlineData("""{"total_tokens":1e30}""", "total_tokens")]
    [InlineData("""{"cost_usd":-0.01}""", "cost_usd")]
    [InlineData("""{"cost_usd":1000000.01}""", "cost_usd")]
    [InlineData("""{"cost_usd":1e400}""", "cost_usd")]
    [InlineData("""{"cost_usd":"1"}""", "cost_usd")]
    [InlineData("""{"claim_id":"7"}""", "claim_id")]
    [InlineData("""{"model":7}""", "model")]
    [InlineData("""{"total_tokens":1,"metadata":[]}""", "metadata")]
    [InlineData("""{"metadata":{"a":1}}""", "total_tokens")]
    [InlineData("{}", "total_tokens")]
    public async Task A_report_that_makes_no_sense_is_refused_and_the_field_named(string body, string field)
    {
        var (_, _, agent, _) = await AgentAsync(StorageProvider.Sqlite);

        var reply = await agent.PostAsync(Path, body);

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal([field], reply.WrongFields);
    }

    [Fact]
    public async Task Lengths_and_numbers_are_taken_up_to_their_bounds()
    {
        var (_, _, agent, _) = await AgentAsync(StorageProvider.Sqlite);
        object Form(int more) => new
        {
            external_run_id = new string('x', 200 + more),
            provider = new string('x', 100 + more),
            model = new string('x', 200 + more),
            total_tokens = 1_000_000_000_000 + more,
            cost_usd = 1_000_000 + more,
        };

        Assert.Equal(202, (await agent.PostAsync(Path, Form(0))).Status);
        Assert.Equal(
            ["external_run_id", "provider", "model", "total_tokens", "cost_usd"],
            (await agent.PostAsync(Path, Form(1))).WrongFields);
    }

    [Fact]
    public async Task Only_a_key_that_still_works_reports()
    {
        var (host, ada, agent, agentId) = await AgentAsync(StorageProvider.Sqlite);
        var form = new { total_tokens = 10 };
        var principal = await host.AuthenticateAsync(CredentialKind.AgentKey, agent.ApiKey!);
        var viaSession = await ada.PostAsync(Path, form);
        var asNobody = await host.Stranger().PostAsync(Path, form);

        await ada.PatchAsync($"{ada.Org}/agents/{agentId}", new { disabled = true });
        agent.Remembered = principal;
        var disabled = await agent.PostAsync(Path, form);

        Assert.Equal((403, "forbidden"), (viaSession.Status, viaSession.Error));
        Assert.Equal((401, "unauthorized"), (asNobody.Status, asNobody.Error));
        Assert.Equal((401, "unauthorized"), (disabled.Status, disabled.Error));
        await using var db = host.Db();
        Assert.Empty(db.Usage.Where(usage => usage.OrgId == ada.OrgId));
    }

    private async Task<(AccountingHost Host, Visitor Ada, Visitor Agent, Guid AgentId)> AgentAsync(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, key) = await ada.CreateAgentAsync();
        return (host, ada, ada.WithKey(key), Guid.Parse(path[^36..]));
    }
}
