using System.Security.Cryptography;
using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class IdentityTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Fact]
    public async Task Whoever_has_not_passed_the_edge_is_nobody()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var identity = new InternalIdentity(
            await host.AuthenticateAsync(CredentialKind.Session, ada.Token!), null, "r", host.Time.GetUtcNow());
        var stale = identity with { IssuedAt = host.Time.GetUtcNow() - TimeSpan.FromSeconds(61) };
        var sound = identity.Sign(host.SigningKey);

        Assert.Equal(200, await StatusAsync(host, sound));
        Assert.Equal(401, await StatusAsync(host));
        Assert.Equal(401, await StatusAsync(host, "nonsense"));
        Assert.Equal(401, await StatusAsync(host, identity.Sign(RandomNumberGenerator.GetBytes(32))));
        Assert.Equal(401, await StatusAsync(host, stale.Sign(host.SigningKey)));
        Assert.Equal(401, await StatusAsync(host, sound, sound));
    }

    [Fact]
    public async Task Sign_in_needs_the_edge_too()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        using var response = await host.Http.PostAsync("/v1/auth/login", new StringContent("{}"));
        var reply = await Reply.ReadAsync(response);
        Assert.Equal((401, "unauthorized"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("GET", "/agents")]
    [InlineData("POST", "/agents")]
    [InlineData("GET", "/members")]
    [InlineData("POST", "/members")]
    public async Task A_key_is_refused_where_only_people_go(string method, string path)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var (_, _, key) = await ada.CreateAgentAsync();

        var reply = await new Visitor(host) { ApiKey = key }.SendAsync(method, ada.Org + path, new { });

        Assert.Equal((403, "forbidden"), (reply.Status, reply.Error));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Another_workspace_and_what_is_in_it_are_not_there(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (ada, eve) = (await host.SignUpAsync(), await host.SignUpAsync());
        var (agentPath, keyId, _) = await ada.CreateAgentAsync();
        var agent = agentPath[ada.Org.Length..];
        var own = (await eve.CreateAgentAsync()).Path;
        (string, string)[] calls =
        [
            ("GET", ada.Org), ("PATCH", ada.Org), ("GET", $"{ada.Org}/agents"), ("POST", $"{ada.Org}/agents"),
            ("GET", $"{ada.Org}/members"), ("POST", $"{ada.Org}/members"),
            ("DELETE", $"{ada.Org}/members/{ada.UserId}"),
            ("GET", agentPath), ("GET", eve.Org + agent), ("PATCH", eve.Org + agent), ("DELETE", eve.Org + agent),
            ("GET", $"{eve.Org}{agent}/keys"), ("POST", $"{eve.Org}{agent}/keys"),
            ("DELETE", $"{eve.Org}{agent}/keys/{keyId}"), ("POST", $"{eve.Org}{agent}/keys/{keyId}/rotate"),
            ("DELETE", $"{own}/keys/{keyId}"), ("POST", $"{own}/keys/{keyId}/rotate"),
            ("DELETE", $"{eve.Org}/members/{ada.UserId}"),
        ];

        var unknown = await eve.GetAsync($"/v1/orgs/{Guid.CreateVersion7(host.Time.GetUtcNow())}");
        foreach (var (method, path) in calls)
        {
            var reply = await eve.SendAsync(method, path, method is "GET" or "DELETE" ? null : new { name = "mine" });
            Assert.Equal((404, "not_found"), (reply.Status, reply.Error));
            Assert.Equal((string)unknown.Json["message"]!, (string)reply.Json["message"]!);
        }

        Assert.Equal(200, (await ada.GetAsync(agentPath)).Status);
        Assert.Equal("Acme", (string)(await ada.GetAsync(ada.Org)).Json["org"]!["name"]!);
        Assert.Single((await ada.GetAsync($"{agentPath}/keys")).Json["keys"]!.AsArray());
    }

    [Theory]
    [InlineData("/v1/orgs/not-a-uuid")]
    [InlineData("/v1/orgs/{org}/agents/7")]
    [InlineData("/v1/orgs/{org}/agents/7/keys")]
    [InlineData("/v1/orgs/{org}/nothing")]
    [InlineData("/v1/nothing")]
    [InlineData("/nothing")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var reply = await ada.GetAsync(path.Replace("{org}", ada.OrgId.ToString(), StringComparison.Ordinal));

        Assert.Equal((404, "not_found"), (reply.Status, reply.Error));
        Assert.Equal(reply.Headers["X-Request-Id"], (string)reply.Json["request_id"]!);
    }

    [Fact]
    public async Task A_method_that_a_route_does_not_know_is_told_which_it_knows()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var reply = await ada.SendAsync("PUT", ada.Org, new { });

        Assert.Equal((405, "method_not_allowed"), (reply.Status, reply.Error));
        Assert.Equal(["GET", "PATCH"], reply.Headers["Allow"].Split(", ").Order());
    }

    [Theory]
    [InlineData("[]", 400, "invalid_json")]
    [InlineData("{", 400, "invalid_json")]
    [InlineData("{\"name\":7}", 400, "validation_failed")]
    [InlineData("{\"name\":\"a\\u0000b\"}", 400, "validation_failed")]
    [InlineData("{\"name\":\"\\ud800\"}", 400, "invalid_json")]
    public async Task A_body_that_makes_no_sense_is_refused(string body, int status, string error)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var reply = await ada.PostAsync($"{ada.Org}/agents", body);

        Assert.Equal((status, error), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_is_told_to_everybody(string path)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        using var response = await host.Http.GetAsync(path);
        var reply = await Reply.ReadAsync(response);
        Assert.Equal((200, "ok"), (reply.Status, (string)reply.Json["status"]!));
    }

    private static async Task<int> StatusAsync(AccountingHost host, params string[] tokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        foreach (var token in tokens) request.Headers.Add(InternalIdentity.Header, token);
        using var response = await host.Http.SendAsync(request);
        return (int)response.StatusCode;
    }
}
