using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class ErrorHeaderTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory]
    [InlineData("GET", "/v1/orgs/{org}/agents/7", "not_found")]
    [InlineData("PUT", "/v1/orgs/{org}", "method_not_allowed")]
    [InlineData("POST", "/v1/orgs/{org}/agents", "validation_failed")]
    [InlineData("POST", "/v1/mcp/heartbeat", "forbidden")]
    public async Task An_error_tells_the_edge_its_code(string method, string path, string code)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var reply = await ada.SendAsync(
            method, path.Replace("{org}", $"{ada.OrgId}", StringComparison.Ordinal), method == "GET" ? null : new { });

        Assert.Equal((code, code), (reply.Error, reply.Headers[InternalIdentity.ErrorHeader]));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_kept_refusal_tells_it_the_first_time_and_every_time(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var taken = MemberTests.Form(ada.Email, "viewer");

        for (var i = 0; i < 2; i++)
        {
            var reply = await ada.PostAsync($"{ada.Org}/members", taken, "once");
            Assert.Equal((409, "email_taken"), (reply.Status, reply.Headers[InternalIdentity.ErrorHeader]));
        }
    }

    [Fact]
    public async Task What_goes_well_has_no_code()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var replies = new[]
        {
            await ada.GetAsync(ada.Org),
            await ada.PostAsync($"{ada.Org}/members", MemberTests.Form(MemberTests.Unique(host), "viewer"), "once"),
            await ada.PostAsync("/v1/auth/logout"),
        };

        Assert.All(replies, reply => Assert.False(reply.Headers.ContainsKey(InternalIdentity.ErrorHeader)));
    }
}
