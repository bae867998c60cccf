using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class BillingTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task The_status_tells_the_plan_what_it_allows_and_what_is_used(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("team");
        await ada.CreateAgentAsync();
        host.Arbiter.Use(ada.OrgId, activeClaims: 4, protectedResources: 7);
        await host.MeterAsync(new MeterCalls(host.NewId(), 1, [new CallCount(ada.OrgId, "2026-05", 30, 10)]));
        await host.MeterAsync(new MeterCalls(host.NewId(), 1, [new CallCount(ada.OrgId, "2026-05", 12, 0)]));

        var reply = await ada.GetAsync("/v1/billing/status");

        Assert.Equal(200, reply.Status);
        Assert.Equal(
            """
            {"plan":"team","period":{"start":"2026-05-01T00:00:00.000Z","end":"2026-06-01T00:00:00.000Z"},
            "limits":{"agents":25,"protected_resources":100,"active_claims":100,"monthly_api_calls":500000},
            "usage":{"agents":1,"protected_resources":7,"active_claims":4,"monthly_api_calls":42},"upgrade_hints":[]}
            """.ReplaceLineEndings(""),
            reply.Body);
    }

    [Fact]
    public async Task What_has_no_bound_is_null_and_gets_no_hint()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("unlimited");
        host.Arbiter.Use(ada.OrgId, activeClaims: 4_000_000, protectedResources: 7_000_000);

        var reply = await ada.GetAsync("/v1/billing/status");

        Assert.Equal(
            """{"agents":null,"protected_resources":null,"active_claims":null,"monthly_api_calls":null}""",
            reply.Json["limits"]!.ToJsonString());
        Assert.Empty(reply.Json["upgrade_hints"]!.AsArray());
    }

    [Theory]
    [InlineData(79, 0)]
    [InlineData(80, 1)]
    [InlineData(100, 1)]
    [InlineData(120, 1)]
    public async Task From_four_fifths_of_a_limit_on_there_is_a_hint(int used, int hints)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("team");
        host.Arbiter.Use(ada.OrgId, activeClaims: used, protectedResources: 0);

        var told = (await ada.GetAsync("/v1/billing/status")).Json["upgrade_hints"]!.AsArray();

        Assert.Equal(hints, told.Count);
        foreach (var hint in told)
        {
            Assert.Equal(
                ["limit", "used", "max", "plan", "plan_max", "message"], hint!.AsObject().Select(member => member.Key));
            Assert.Equal(
                ("active_claims", used, 100, "scale", 2000),
                ((string)hint["limit"]!, (int)hint["used"]!, (int)hint["max"]!, (string)hint["plan"]!,
                    (int)hint["plan_max"]!));
        }
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task With_a_new_month_the_calls_begin_anew(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store);
        var ada = await host.SignUpAsync();
        await host.MeterAsync(new MeterCalls(host.NewId(), 1, [new CallCount(ada.OrgId, "2026-05", 30, 0)]));
        host.Time.Advance(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero) - host.Time.GetUtcNow());
        var later = await Visitor.SignInAsync(host, ada.Email);

        var status = (await later.GetAsync("/v1/billing/status")).Json;

        Assert.Equal("2026-06-01T00:00:00.000Z", (string)status["period"]!["start"]!);
        Assert.Equal(0, (int)status["usage"]!["monthly_api_calls"]!);
    }

    [Fact]
    public async Task Without_an_arbiter_the_status_is_not_guessed()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        host.Arbiter.BeSilentTowards(ada.OrgId);

        var reply = await ada.GetAsync("/v1/billing/status");

        Assert.Equal((503, "arbiter_unavailable"), (reply.Status, reply.Error));
        Assert.True(reply.Headers.ContainsKey("Retry-After"));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_new_plan_holds_for_who_comes_next_and_is_told_to_every_instance(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("free");
        var (_, _, key) = await ada.CreateAgentAsync();
        var before = host.Inbox.Messages.Count(message => message.Equals(new PrincipalChanged(ada.OrgId)));

        var reply = await ada.PutAsync("/v1/billing/plan", new { plan = "team" });

        Assert.Equal(200, reply.Status);
        Assert.Equal(reply.Body, (await ada.GetAsync(ada.Org)).Body);
        Assert.Equal("team", (string)reply.Json["org"]!["plan"]!);
        var workspace = (await host.AuthenticateAsync(CredentialKind.AgentKey, key))!.Workspace;
        Assert.Equal(("team", 25), (workspace.Plan.Name, workspace.Plan.Limits.Agents));
        await host.Inbox.WaitForMoreAsync(new PrincipalChanged(ada.OrgId), before);
    }

    [Fact]
    public async Task An_unknown_plan_is_refused_and_the_plans_are_named()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        foreach (var body in new[] { """{"plan":"gold"}""", """{"plan":7}""", "{}", """{"plan":""}""" })
        {
            var reply = await ada.SendAsync("PUT", "/v1/billing/plan", body);
            Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
            Assert.Equal(["plan"], reply.WrongFields);
        }

        var named = (await ada.PutAsync("/v1/billing/plan", new { plan = "gold" })).Json["details"]![0]!["message"]!;
        Assert.Equal("Must be one of free, team, scale, unlimited.", (string)named!);
    }

    [Fact]
    public async Task Every_member_reads_the_status_and_only_an_owner_changes_the_plan()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        foreach (var role in new[] { "viewer", "admin", "owner" })
        {
            var member = await ada.AddMemberAsync(role, MemberTests.Unique(host));
            Assert.Equal(200, (await member.GetAsync("/v1/billing/status")).Status);
            var change = await member.PutAsync("/v1/billing/plan", new { plan = "team" });
            Assert.Equal(role == "owner" ? (200, null) : (403, "forbidden"), (change.Status, change.Error));
        }
    }

    [Fact]
    public async Task A_key_is_no_session_and_nobody_is_nobody()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var agent = ada.WithKey((await ada.CreateAgentAsync()).ApiKey);

        foreach (var (who, status, error) in new[] { (agent, 403, "forbidden"), (host.Stranger(), 401, "unauthorized") })
        {
            var read = await who.GetAsync("/v1/billing/status");
            var change = await who.PutAsync("/v1/billing/plan", new { plan = "team" });
            Assert.Equal((status, error), (read.Status, read.Error));
            Assert.Equal((status, error), (change.Status, change.Error));
            Assert.Equal(error, change.Headers[InternalIdentity.ErrorHeader]);
        }
    }

    [Fact]
    public async Task Nothing_of_another_workspace_is_counted()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var (ada, eve) = (await host.SignUpAsync(), await host.SignUpAsync());
        await ada.CreateAgentAsync();
        host.Arbiter.Use(ada.OrgId, activeClaims: 3, protectedResources: 3);
        await host.MeterAsync(new MeterCalls(host.NewId(), 1, [new CallCount(ada.OrgId, "2026-05", 30, 0)]));

        Assert.Equal(
            """{"agents":0,"protected_resources":0,"active_claims":0,"monthly_api_calls":0}""",
            (await eve.GetAsync("/v1/billing/status")).Json["usage"]!.ToJsonString());
    }
}
