using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Accounting.Tests;

public sealed class KeyTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_second_key_works_beside_the_first(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, first) = await ada.CreateAgentAsync();

        var reply = await ada.PostAsync($"{path}/keys");

        Assert.Equal(201, reply.Status);
        Assert.Equal(["key", "api_key"], reply.Json.AsObject().Select(member => member.Key));
        var second = (string)reply.Json["api_key"]!;
        Assert.NotEqual(first, second);
        Assert.True(await WorksAsync(host, first));
        Assert.True(await WorksAsync(host, second));
        var listed = await ada.GetAsync($"{path}/keys");
        Assert.Equal(2, (int)listed.Json["pagination"]!["total"]!);
        Assert.DoesNotContain("avs_live_", listed.Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_rotated_key_stops_at_once_when_no_grace_is_asked_for(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, keyId, old) = await ada.CreateAgentAsync();

        var reply = await ada.PostAsync($"{path}/keys/{keyId}/rotate");

        Assert.Equal(201, reply.Status);
        Assert.False(await WorksAsync(host, old));
        Assert.True(await WorksAsync(host, (string)reply.Json["api_key"]!));
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
        var keys = (await ada.GetAsync($"{path}/keys")).Json["keys"]!.AsArray();
        Assert.Equal([(string)reply.Json["key"]!["id"]!], keys.Select(key => (string)key!["id"]!));
        Assert.Equal(404, (await ada.PostAsync($"{path}/keys/{keyId}/rotate")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_rotated_key_works_until_its_grace_is_over(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, keyId, old) = await ada.CreateAgentAsync();

        var reply = await ada.PostAsync($"{path}/keys/{keyId}/rotate", new { grace_seconds = 60 });

        Assert.Equal(201, reply.Status);
        var end = host.Time.GetUtcNow() + TimeSpan.FromSeconds(60);
        Assert.Equal(end, (await host.AuthenticateAsync(CredentialKind.AgentKey, old))!.ValidUntil);
        var listed = (await ada.GetAsync($"{path}/keys")).Json["keys"]!.AsArray();
        Assert.Equal(end, (DateTimeOffset)listed.Single(key => (Guid)key!["id"]! == keyId)!["expires_at"]!);
        host.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(await WorksAsync(host, old));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await WorksAsync(host, old));
        Assert.True(await WorksAsync(host, (string)reply.Json["api_key"]!));
        Assert.Single((await ada.GetAsync($"{path}/keys")).Json["keys"]!.AsArray());
        Assert.Equal(404, (await ada.DeleteAsync($"{path}/keys/{keyId}")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_second_rotation_does_not_lengthen_the_first_ones_grace(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, keyId, old) = await ada.CreateAgentAsync();
        await ada.PostAsync($"{path}/keys/{keyId}/rotate", new { grace_seconds = 10 });

        Assert.Equal(201, (await ada.PostAsync($"{path}/keys/{keyId}/rotate", new { grace_seconds = 600 })).Status);

        host.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await WorksAsync(host, old));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_revoked_key_is_gone_and_the_others_stay(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, keyId, first) = await ada.CreateAgentAsync();
        var second = (string)(await ada.PostAsync($"{path}/keys")).Json["api_key"]!;

        Assert.Equal(204, (await ada.DeleteAsync($"{path}/keys/{keyId}")).Status);

        Assert.False(await WorksAsync(host, first));
        Assert.True(await WorksAsync(host, second));
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
        Assert.Equal(404, (await ada.DeleteAsync($"{path}/keys/{keyId}")).Status);
    }

    [Theory]
    [InlineData("{\"grace_seconds\":-1}")]
    [InlineData("{\"grace_seconds\":86401}")]
    [InlineData("{\"grace_seconds\":\"60\"}")]
    public async Task A_senseless_grace_is_refused(string body)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var (path, keyId, _) = await ada.CreateAgentAsync();

        var reply = await ada.PostAsync($"{path}/keys/{keyId}/rotate", body);

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal(["grace_seconds"], reply.WrongFields);
    }

    [Fact]
    public async Task Whatever_answers_with_a_key_takes_no_idempotency_key()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var (path, keyId, key) = await ada.CreateAgentAsync();

        foreach (var route in new[] { $"{ada.Org}/agents", $"{path}/keys", $"{path}/keys/{keyId}/rotate" })
        {
            var reply = await ada.PostAsync(route, new { name = "again" }, "once");
            Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
            Assert.Equal(["Idempotency-Key"], reply.WrongFields);
        }

        Assert.True(await WorksAsync(host, key));
        Assert.Equal(1, (int)(await ada.GetAsync($"{ada.Org}/agents")).Json["pagination"]!["total"]!);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Only_a_hash_and_the_last_four_are_stored(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (_, keyId, key) = await ada.CreateAgentAsync();

        await using var db = host.Db();
        var row = await db.Keys.SingleAsync(row => row.Id == keyId);
        Assert.Equal((ApiKey.Hash(key), key[^4..]), (row.Sha256, row.Last4));
    }

    private static async Task<bool> WorksAsync(AccountingHost host, string key) =>
        await host.AuthenticateAsync(CredentialKind.AgentKey, key) is not null;
}
