using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>The header by which an edge tells accounting who calls is of no use to anybody outside.</summary>
public abstract class IdentityHeaderContract(Target target) : ContractTest(target)
{
    private const string Header = "X-Availsync-Identity";

    [Fact]
    public async Task Whoever_only_claims_to_be_somebody_is_nobody()
    {
        var workspace = await NewWorkspaceAsync();
        var viewer = await Shared.NewMemberAsync("viewer");
        foreach (var forged in Forgeries(workspace))
        {
            var nobody = Anonymous.With(Header, forged);
            foreach (var path in (string[])["/v1/me", workspace.Path, "/v1/work/claims", "/v1/audit"])
                (await nobody.GetAsync(path)).ExpectError(401, "unauthorized");
            (await nobody.PostAsync($"{workspace.Path}/agents", new { name = "x" })).ExpectError(401, "unauthorized");
            // In another's name, too, everybody stays who they are.
            var still = viewer.Client.With(Header, forged);
            Assert.Equal(viewer.UserId, (await still.GetAsync("/v1/me")).Expect(200)["user.id"].Text());
            (await still.GetAsync(workspace.Path)).ExpectError(404, "not_found");
            (await still.PatchAsync(Shared.Path, new { name = "x" })).ExpectError(403, "forbidden");
        }
    }

    [Fact]
    public async Task A_key_stays_the_key_that_it_is()
    {
        var agent = await NewAgentAsync();
        foreach (var forged in Forgeries(await NewWorkspaceAsync()))
        {
            var client = agent.Client.With(Header, forged);
            Assert.Equal(agent.Id, (await client.GetAsync("/v1/me")).Expect(200)["agent.id"].Text());
            (await client.GetAsync(Shared.Path)).ExpectError(403, "forbidden");
            (await client.PostAsync("/v1/mcp/heartbeat", new { client_name = "c", client_version = "1" })).Expect(200);
        }
    }

    /// <summary>The right form, signed with nothing, with zeros, or not at all; and what has no form.</summary>
    private static string[] Forgeries(Workspace workspace)
    {
        var payload = Base64Url(JsonSerializer.SerializeToUtf8Bytes(new
        {
            Principal = new
            {
                kind = "person", PersonId = workspace.UserId, Workspace = new { workspace.Id }, Role = "owner",
            },
            RemoteAddress = "127.0.0.1", RequestId = "forged", IssuedAt = TimeProvider.System.GetUtcNow(),
            Scheme = "http", OverLoopback = true,
        }));
        return
        [
            $"{payload}.", payload, $"{payload}.{Base64Url(new byte[32])}", $"{payload}.{Sign(payload, [])}",
            $"{payload}.{Sign(payload, new byte[32])}", "forged", ".", "{}",
        ];
    }

    private static string Sign(string payload, byte[] key) => Base64Url(
        System.Security.Cryptography.HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(payload)));

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
