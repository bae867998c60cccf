using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class WorkspaceTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Settings_change_for_everybody(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (_, _, key) = await ada.CreateAgentAsync();

        var reply = await ada.PatchAsync(ada.Org, new
        {
            name = "Beta", mode = "observe", arbitration = "preempt_lower", expiry_grace_seconds = 60,
        });

        Assert.Equal(200, reply.Status);
        Assert.Equal(reply.Body, (await ada.GetAsync(ada.Org)).Body);
        var workspace = (await host.AuthenticateAsync(CredentialKind.AgentKey, key))!.Workspace;
        Assert.Equal((string)reply.Json["org"]!["plan"]!, workspace.Plan.Name);
        Assert.Equal(
            new Workspace(
                ada.OrgId, "Beta", workspace.Plan, ArbitrationMode.Observe, ArbitrationRule.PreemptLower, 60),
            workspace);
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_a_patch_leaves_out_stays(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync(workspace: "Acme");
        await ada.PatchAsync(ada.Org, new { expiry_grace_seconds = 5 });

        var org = (await ada.PatchAsync(ada.Org, new { mode = "observe" })).Json["org"]!;

        Assert.Equal(
            ("Acme", "observe", 5), ((string)org["name"]!, (string)org["mode"]!, (int)org["expiry_grace_seconds"]!));
    }

    [Fact]
    public async Task Nobody_raises_their_own_plan_with_a_patch()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        await host.SignUpAsync();
        var eve = await host.SignUpAsync();

        var reply = await eve.PatchAsync(eve.Org, new { plan = "unlimited" });

        Assert.Equal((200, "free"), (reply.Status, (string)reply.Json["org"]!["plan"]!));
    }

    [Theory]
    [InlineData("{\"expiry_grace_seconds\":61}", "expiry_grace_seconds")]
    [InlineData("{\"expiry_grace_seconds\":-1}", "expiry_grace_seconds")]
    [InlineData("{\"arbitration\":\"random\"}", "arbitration")]
    [InlineData("{\"mode\":1}", "mode")]
    [InlineData("{\"name\":\"  \"}", "name")]
    public async Task A_wrong_setting_is_named(string body, string field)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var reply = await ada.SendAsync("PATCH", ada.Org, body);

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal([field], reply.WrongFields);
    }
}
