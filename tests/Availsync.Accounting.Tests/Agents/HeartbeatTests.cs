using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting.Tests;

public sealed class HeartbeatTests(Hosts hosts) : IClassFixture<Hosts>
{
    private const string Path = "/v1/mcp/heartbeat";

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_heartbeat_is_remembered_and_the_last_one_counts(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, key) = await ada.CreateAgentAsync();
        var agent = ada.WithKey(key);

        var first = await agent.PostAsync(Path, new { client_name = "codex", client_version = "1.0", session_id = "s-1" });
        host.Time.Advance(TimeSpan.FromSeconds(30));
        await agent.PostAsync(Path, new { client_name = "codex", client_version = "1.1" });

        Assert.Equal((200, """{"ok":true,"next_heartbeat_seconds":60}"""), (first.Status, first.Body));
        await using var db = host.Db();
        var beat = await db.Heartbeats.SingleAsync(row => row.OrgId == ada.OrgId);
        Assert.Equal(
            (Guid.Parse(path[^36..]), host.Time.GetUtcNow(), "codex", "1.1", null),
            (beat.AgentId, beat.At, beat.ClientName, beat.ClientVersion, beat.SessionId));
        Assert.Equal(
            Rfc3339.Format(host.Time.GetUtcNow()),
            (string)(await ada.GetAsync(path)).Json["agent"]!["last_seen_at"]!);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Many_first_heartbeats_at_once_are_one_client(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var agent = ada.WithKey((await ada.CreateAgentAsync()).ApiKey);

        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            agent.PostAsync(Path, new { client_name = "codex", client_version = "1.0" })));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        await using var db = host.Db();
        Assert.Equal(1, await db.Heartbeats.CountAsync(row => row.OrgId == ada.OrgId));
    }

    [Theory]
    [InlineData("{}", "client_name client_version")]
    [InlineData("""{"client_name":"","client_version":"1"}""", "client_name")]
    [InlineData("""{"client_name":"a","client_version":7}""", "client_version")]
    [InlineData("""{"client_name":"a","client_version":"1","session_id":7}""", "session_id")]
    public async Task What_makes_no_sense_is_named(string body, string wrong)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var agent = ada.WithKey((await ada.CreateAgentAsync()).ApiKey);

        var reply = await agent.PostAsync(Path, body);

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal(wrong.Split(' '), reply.WrongFields);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_session_has_no_heart_and_a_revoked_key_none_any_more(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, keyId, key) = await ada.CreateAgentAsync();
        var form = new { client_name = "codex", client_version = "1.0" };
        var agent = ada.WithKey(key);
        agent.Remembered = await host.AuthenticateAsync(CredentialKind.AgentKey, key);

        var person = await ada.PostAsync(Path, form);
        await ada.DeleteAsync($"{path}/keys/{keyId}");
        var revoked = await agent.PostAsync(Path, form);
        await ada.DeleteAsync(path);
        var deleted = await agent.PostAsync(Path, form);

        Assert.Equal((403, "forbidden"), (person.Status, person.Error));
        Assert.Equal((401, "unauthorized"), (revoked.Status, revoked.Error));
        Assert.Equal((401, "unauthorized"), (deleted.Status, deleted.Error));
    }
}
