using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class AgentLimitTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Of_many_agents_created_at_once_as_many_are_as_the_plan_allows(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("free");

        var replies = await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
            ada.PostAsync($"{ada.Org}/agents", new { name = $"agent-{i}" })));

        Assert.Equal(3, replies.Count(reply => reply.Status == 201));
        Assert.Equal(21, replies.Count(reply => (reply.Status, reply.Error) == (402, "plan_limit_reached")));
        Assert.Equal(3, (int)(await ada.GetAsync($"{ada.Org}/agents")).Json["pagination"]!["total"]!);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_refusal_says_what_is_used_and_which_plan_allows_more(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("free");
        for (var i = 0; i < 3; i++) await ada.CreateAgentAsync($"agent-{i}");

        var reply = await ada.PostAsync($"{ada.Org}/agents", new { name = "one-too-many" });

        Assert.Equal((402, "plan_limit_reached"), (reply.Status, reply.Error));
        Assert.Equal("plan_limit_reached", (string)reply.Json["action"]!);
        Assert.Equal("""{"name":"agents","used":3,"max":3}""", reply.Json["limit"]!.ToJsonString());
        Assert.Equal("free", (string)reply.Json["plan"]!);
        var hint = reply.Json["upgrade_hint"]!;
        Assert.Equal(("agents", "team", 25), ((string)hint["limit"]!, (string)hint["plan"]!, (int)hint["plan_max"]!));
        Assert.Equal("plan_limit_reached", reply.Headers[InternalIdentity.ErrorHeader]);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_disabled_agent_counts_and_a_deleted_one_makes_room(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("free");
        var (path, _, _) = await ada.CreateAgentAsync("first");
        await ada.CreateAgentAsync("second");
        await ada.CreateAgentAsync("third");

        await ada.PatchAsync(path, new { disabled = true });
        Assert.Equal(402, (await ada.PostAsync($"{ada.Org}/agents", new { name = "fourth" })).Status);

        await ada.DeleteAsync(path);
        Assert.Equal(201, (await ada.PostAsync($"{ada.Org}/agents", new { name = "fourth" })).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_lowered_plan_ends_nobody_and_lets_nobody_in(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await ada.GoOnPlanAsync("team");
        for (var i = 0; i < 5; i++) await ada.CreateAgentAsync($"agent-{i}");

        await ada.GoOnPlanAsync("free");

        Assert.Equal(5, (int)(await ada.GetAsync($"{ada.Org}/agents")).Json["pagination"]!["total"]!);
        var reply = await ada.PostAsync($"{ada.Org}/agents", new { name = "one-too-many" });
        Assert.Equal("""{"name":"agents","used":5,"max":3}""", reply.Json["limit"]!.ToJsonString());
        await ada.GoOnPlanAsync("unlimited");
        await ada.CreateAgentAsync("sixth");
    }
}
