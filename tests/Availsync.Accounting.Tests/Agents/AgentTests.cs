using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class AgentTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_new_agent_comes_with_a_key_that_works(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();

        var reply = await ada.PostAsync(
            $"{ada.Org}/agents",
            new { name = " nightly-codex ", description = "nightly", default_priority = 200, mode = "observe", x = 1 });

        Assert.Equal(201, reply.Status);
        var agent = reply.Json["agent"]!.AsObject();
        Assert.Equal(
            ["id", "name", "description", "default_priority", "mode", "disabled", "last_seen_at", "created_at"],
            agent.Select(member => member.Key));
        Assert.Equal(
            ("nightly-codex", "nightly", 200, "observe", false),
            ((string)agent["name"]!, (string)agent["description"]!, (int)agent["default_priority"]!,
                (string)agent["mode"]!, (bool)agent["disabled"]!));
        var key = (string)reply.Json["api_key"]!;
        Assert.True(ApiKey.IsWellFormed(key));
        Assert.Equal(key[^4..], (string)reply.Json["key"]!["last4"]!);
        var principal = Assert.IsType<AgentPrincipal>(await host.AuthenticateAsync(CredentialKind.AgentKey, key));
        Assert.Equal((Guid)agent["id"]!, principal.Agent.Id);
        Assert.Equal((200, ArbitrationMode.Observe), (principal.Agent.DefaultPriority, principal.Agent.Mode!.Value));
        Assert.Null(principal.ValidUntil);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_is_left_out_has_a_default(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, _) = await ada.CreateAgentAsync("plain");

        var agent = (await ada.GetAsync(path)).Json["agent"]!;

        Assert.Equal(100, (int)agent["default_priority"]!);
        Assert.Null(agent["mode"]);
        Assert.Null(agent["description"]);
        Assert.Null(agent["last_seen_at"]);
        Assert.Equal(Rfc3339.Format(host.Time.GetUtcNow()), (string)agent["created_at"]!);
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("{\"name\":\"\"}", "name")]
    [InlineData("{\"name\":\"two\\nlines\"}", "name")]
    [InlineData("{\"name\":\"a\",\"default_priority\":1001}", "default_priority")]
    [InlineData("{\"name\":\"a\",\"default_priority\":-1}", "default_priority")]
    [InlineData("{\"name\":\"a\",\"default_priority\":1.5}", "default_priority")]
    [InlineData("{\"name\":\"a\",\"mode\":\"strict\"}", "mode")]
    [InlineData("{\"name\":\"a\",\"description\":5}", "description")]
    public async Task A_wrong_field_is_named(string body, string field)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var reply = await ada.PostAsync($"{ada.Org}/agents", body);

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal([field], reply.WrongFields);
    }

    [Fact]
    public async Task A_name_has_at_most_a_hundred_characters()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var longest = string.Concat(Enumerable.Repeat("😀", 100));

        Assert.Equal(201, (await ada.PostAsync($"{ada.Org}/agents", new { name = longest })).Status);
        Assert.Equal(400, (await ada.PostAsync($"{ada.Org}/agents", new { name = longest + "!" })).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Agents_are_listed_newest_first_in_pages(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        foreach (var name in new[] { "one", "two", "three" })
        {
            await ada.CreateAgentAsync(name);
            host.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var first = await ada.GetAsync($"{ada.Org}/agents?limit=2");
        var second = await ada.GetAsync($"{ada.Org}/agents?limit=2&offset=2");

        Assert.Equal(["three", "two"], first.Json["agents"]!.AsArray().Select(agent => (string)agent!["name"]!));
        Assert.Equal("""{"limit":2,"offset":0,"total":3,"has_more":true}""", PaginationOf(first));
        Assert.Equal(["one"], second.Json["agents"]!.AsArray().Select(agent => (string)agent!["name"]!));
        Assert.Equal("""{"limit":2,"offset":2,"total":3,"has_more":false}""", PaginationOf(second));
        Assert.Equal(200, (int)(await ada.GetAsync($"{ada.Org}/agents?limit=500")).Json["pagination"]!["limit"]!);
        foreach (var wrong in new[] { "limit=0", "limit=x", "offset=-1" })
            Assert.Equal(400, (await ada.GetAsync($"{ada.Org}/agents?{wrong}")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_patch_changes_what_it_names_and_null_clears(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, key) = await ada.CreateAgentAsync();
        await ada.PatchAsync(path, new { description = "nightly", mode = "observe", default_priority = 7 });

        var reply = await ada.PatchAsync(path, new { name = "renamed", mode = (string?)null });

        Assert.Equal(200, reply.Status);
        Assert.Equal(reply.Body, (await ada.GetAsync(path)).Body);
        var agent = reply.Json["agent"]!;
        Assert.Equal(
            ("renamed", "nightly", 7),
            ((string)agent["name"]!, (string)agent["description"]!, (int)agent["default_priority"]!));
        Assert.Null(agent["mode"]);
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
        var principal = Assert.IsType<AgentPrincipal>(await host.AuthenticateAsync(CredentialKind.AgentKey, key));
        Assert.Equal(("renamed", (ArbitrationMode?)null), (principal.Agent.Name, principal.Agent.Mode));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_disabled_agents_keys_are_unknown_until_it_is_enabled_again(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, key) = await ada.CreateAgentAsync();
        var id = Guid.Parse(path[^36..]);

        Assert.Equal(200, (await ada.PatchAsync(path, new { disabled = true })).Status);
        Assert.Null(await host.AuthenticateAsync(CredentialKind.AgentKey, key));
        Assert.Null(await host.FindAgentAsync(ada.OrgId, id));
        Assert.Equal(200, (await ada.PatchAsync(path, new { disabled = true })).Status);

        Assert.Equal(200, (await ada.PatchAsync(path, new { disabled = false })).Status);
        Assert.NotNull(await host.AuthenticateAsync(CredentialKind.AgentKey, key));
        Assert.Equal(id, (await host.FindAgentAsync(ada.OrgId, id))!.Id);

        var ended = new AgentEnded(ada.OrgId, id, host.Time.GetUtcNow());
        var resumed = new AgentResumed(ada.OrgId, id, host.Time.GetUtcNow());
        await host.Inbox.WaitAsync(resumed);
        Assert.Equal([ended, resumed], host.Inbox.Messages.Where(message => Names(message, id)));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_deleted_agent_is_gone_with_its_keys(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, key) = await ada.CreateAgentAsync();

        Assert.Equal(204, (await ada.DeleteAsync(path)).Status);

        Assert.Null(await host.AuthenticateAsync(CredentialKind.AgentKey, key));
        Assert.Equal(404, (await ada.GetAsync(path)).Status);
        Assert.Equal(404, (await ada.DeleteAsync(path)).Status);
        Assert.Equal(0, (int)(await ada.GetAsync($"{ada.Org}/agents")).Json["pagination"]!["total"]!);
        await host.Inbox.WaitAsync(new AgentEnded(ada.OrgId, Guid.Parse(path[^36..]), host.Time.GetUtcNow()));
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task An_agent_is_found_in_its_own_workspace_only(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (ada, eve) = (await host.SignUpAsync(), await host.SignUpAsync());
        var id = Guid.Parse((await ada.CreateAgentAsync()).Path[^36..]);

        Assert.Equal("nightly-codex", (await host.FindAgentAsync(ada.OrgId, id))!.Name);
        Assert.Null(await host.FindAgentAsync(eve.OrgId, id));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task When_an_agent_was_last_seen_is_noted_at_most_once_a_minute(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, key) = await ada.CreateAgentAsync();
        async Task<DateTimeOffset> SeenAsync()
        {
            await host.AuthenticateAsync(CredentialKind.AgentKey, key);
            return (DateTimeOffset)(await ada.GetAsync(path)).Json["agent"]!["last_seen_at"]!;
        }

        var first = await SeenAsync();
        Assert.Equal(host.Time.GetUtcNow(), first);
        host.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(first, await SeenAsync());
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first + TimeSpan.FromMinutes(1), await SeenAsync());
    }

    private static string PaginationOf(Reply reply) => reply.Json["pagination"]!.ToJsonString();

    private static bool Names(object message, Guid agentId) => message switch
    {
        AgentEnded ended => ended.AgentId == agentId,
        AgentResumed resumed => resumed.AgentId == agentId,
        _ => false,
    };
}
