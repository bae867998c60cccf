using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class ReadinessTests(Hosts hosts) : IClassFixture<Hosts>
{
    private static readonly string[] Names =
        ["agent_enabled", "live_key", "last_seen", "mode", "plan_room", "arbiter", "accounting"];

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task An_agent_that_has_called_is_ready_in_every_way(StorageProvider store)
    {
        var (host, ada, path, key) = await AgentAsync(store);
        await host.AuthenticateAsync(CredentialKind.AgentKey, key);

        var reply = await ada.PostAsync($"{path}/test-connection");

        Assert.Equal(200, reply.Status);
        Assert.True((bool)reply.Json["ready"]!);
        var checks = reply.Json["checks"]!.AsArray();
        Assert.Equal(Names, checks.Select(check => (string)check!["name"]!));
        Assert.All(checks, check =>
        {
            Assert.Equal(["name", "status", "message"], check!.AsObject().Select(member => member.Key));
            Assert.Equal("pass", (string)check["status"]!);
        });
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_somebody_should_know_is_a_warning_and_keeps_nobody_from_work(StorageProvider store)
    {
        var (host, ada, path, _) = await AgentAsync(store);
        await ada.PatchAsync(ada.Org, new { mode = "observe" });
        host.Arbiter.Use(ada.OrgId, activeClaims: 4, protectedResources: 0);

        var reply = await ada.PostAsync($"{path}/test-connection");

        Assert.True((bool)reply.Json["ready"]!);
        Assert.Equal(["last_seen", "mode", "plan_room"], With(reply, "warn"));
        Assert.Empty(With(reply, "fail"));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_the_agent_says_itself_counts_before_the_workspace(StorageProvider store)
    {
        var (_, ada, path, _) = await AgentAsync(store);
        await ada.PatchAsync(ada.Org, new { mode = "observe" });
        await ada.PatchAsync(path, new { mode = "enforce" });

        Assert.DoesNotContain("mode", With(await ada.PostAsync($"{path}/test-connection"), "warn"));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_disabled_agent_without_a_key_on_a_full_plan_is_not_ready(StorageProvider store)
    {
        var (host, ada, path, _) = await AgentAsync(store);
        var keyId = (string)(await ada.GetAsync($"{path}/keys")).Json["keys"]![0]!["id"]!;
        await ada.DeleteAsync($"{path}/keys/{keyId}");
        await ada.PatchAsync(path, new { disabled = true });
        host.Arbiter.Use(ada.OrgId, activeClaims: 5, protectedResources: 0);

        var reply = await ada.PostAsync($"{path}/test-connection");

        Assert.False((bool)reply.Json["ready"]!);
        Assert.Equal(["agent_enabled", "live_key", "plan_room"], With(reply, "fail"));
    }

    [Fact]
    public async Task Calls_that_are_used_up_leave_no_room_and_a_full_house_of_agents_does_not_matter()
    {
        var (host, ada, path, _) = await AgentAsync(StorageProvider.Sqlite);
        await ada.CreateAgentAsync("second");
        await ada.CreateAgentAsync("third");
        Assert.Empty(With(await ada.PostAsync($"{path}/test-connection"), "fail"));

        await host.MeterAsync(new MeterCalls(host.NewId(), 1, [new CallCount(ada.OrgId, "2026-05", 10_000, 0)]));

        Assert.Equal(["plan_room"], With(await ada.PostAsync($"{path}/test-connection"), "fail"));
    }

    [Fact]
    public async Task A_silent_arbiter_is_told_and_the_room_in_the_plan_not_known()
    {
        var (host, ada, path, _) = await AgentAsync(StorageProvider.Sqlite);
        host.Arbiter.BeSilentTowards(ada.OrgId);

        var reply = await ada.PostAsync($"{path}/test-connection");

        Assert.Equal((200, false), (reply.Status, (bool)reply.Json["ready"]!));
        Assert.Equal(["arbiter"], With(reply, "fail"));
        Assert.Equal(["last_seen", "plan_room"], With(reply, "warn"));
    }

    [Fact]
    public async Task Every_member_may_ask_a_key_may_not_and_another_workspace_learns_nothing()
    {
        var (host, ada, path, key) = await AgentAsync(StorageProvider.Sqlite);
        var viewer = await ada.AddMemberAsync("viewer", MemberTests.Unique(host));
        var eve = await host.SignUpAsync();
        var agent = path[ada.Org.Length..];

        var seen = await viewer.PostAsync($"{path}/test-connection", new { }, "once");
        var byKey = await ada.WithKey(key).PostAsync($"{path}/test-connection");

        Assert.Equal((200, true), (seen.Status, (bool)seen.Json["ready"]!));
        Assert.Equal((403, "forbidden"), (byKey.Status, byKey.Error));
        foreach (var foreign in new[] { path, eve.Org + agent, $"{eve.Org}/agents/{host.NewId()}", $"{eve.Org}/agents/7" })
        {
            var reply = await eve.PostAsync($"{foreign}/test-connection");
            Assert.Equal((404, "not_found"), (reply.Status, reply.Error));
        }
    }

    private static IEnumerable<string> With(Reply reply, string status) => reply.Json["checks"]!.AsArray()
        .Where(check => (string)check!["status"]! == status).Select(check => (string)check!["name"]!);

    private async Task<(AccountingHost Host, Visitor Ada, string Path, string Key)> AgentAsync(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("free");
        var (path, _, key) = await ada.CreateAgentAsync();
        return (host, ada, path, key);
    }
}
