using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class MemberTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_new_member_signs_in_to_the_workspace(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var email = Unique(host);

        var reply = await ada.PostAsync($"{ada.Org}/members", Form(email, "viewer"));

        Assert.Equal(201, reply.Status);
        var member = reply.Json["member"]!.AsObject();
        Assert.Equal(["user_id", "email", "role"], member.Select(m => m.Key));
        var bob = await Visitor.SignInAsync(host, email);
        Assert.Equal((ada.OrgId, (Guid)member["user_id"]!), (bob.OrgId, bob.UserId));
        Assert.Equal("viewer", (string)(await bob.GetAsync(ada.Org)).Json["org"]!["role"]!);
        var listed = await bob.GetAsync($"{ada.Org}/members");
        Assert.Equal(2, listed.Json["members"]!.AsArray().Count);
        Assert.Equal(2, (int)listed.Json["pagination"]!["total"]!);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_viewer_reads_and_changes_nothing(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (agent, key, _) = await ada.CreateAgentAsync();
        var viewer = await ada.AddMemberAsync("viewer", Unique(host));

        foreach (var path in new[] { ada.Org, $"{ada.Org}/agents", agent, $"{agent}/keys", $"{ada.Org}/members" })
            Assert.Equal(200, (await viewer.GetAsync(path)).Status);
        (string, string)[] changes =
        [
            ("PATCH", ada.Org), ("POST", $"{ada.Org}/agents"), ("PATCH", agent), ("DELETE", agent),
            ("POST", $"{agent}/keys"), ("POST", $"{agent}/keys/{key}/rotate"), ("DELETE", $"{agent}/keys/{key}"),
            ("POST", $"{ada.Org}/members"), ("DELETE", $"{ada.Org}/members/{ada.UserId}"),
        ];
        foreach (var (method, path) in changes)
        {
            var reply = await viewer.SendAsync(method, path, method == "DELETE" ? null : new { name = "mine" });
            Assert.Equal((403, "forbidden"), (reply.Status, reply.Error));
        }

        Assert.Equal(204, (await viewer.PostAsync("/v1/auth/logout")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task An_admin_changes_everything_but_members(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var admin = await ada.AddMemberAsync("admin", Unique(host));

        Assert.Equal(201, (await admin.PostAsync($"{ada.Org}/agents", new { name = "by-admin" })).Status);
        Assert.Equal(200, (await admin.PatchAsync(ada.Org, new { mode = "observe" })).Status);
        Assert.Equal(403, (await admin.PostAsync($"{ada.Org}/members", Form(Unique(host), "viewer"))).Status);
        Assert.Equal(403, (await admin.DeleteAsync($"{ada.Org}/members/{ada.UserId}")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_removed_member_is_out_at_once_and_the_address_is_free_again(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var bob = await ada.AddMemberAsync("admin", Unique(host));

        Assert.Equal(204, (await ada.DeleteAsync($"{ada.Org}/members/{bob.UserId}")).Status);

        Assert.Null(await host.AuthenticateAsync(CredentialKind.Session, bob.Token!));
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
        Assert.Equal(401, (await bob.GetAsync(ada.Org)).Status);
        Assert.Equal(404, (await ada.DeleteAsync($"{ada.Org}/members/{bob.UserId}")).Status);
        Assert.Equal(201, (await ada.PostAsync($"{ada.Org}/members", Form(bob.Email, "viewer"))).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task The_last_owner_stays(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();

        var alone = await ada.DeleteAsync($"{ada.Org}/members/{ada.UserId}");
        Assert.Equal((403, "forbidden"), (alone.Status, alone.Error));
        await ada.AddMemberAsync("owner", Unique(host));
        Assert.Equal(204, (await ada.DeleteAsync($"{ada.Org}/members/{ada.UserId}")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Of_two_owners_who_remove_each_other_at_once_one_stays(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        for (var round = 0; round < 5; round++)
        {
            var ada = await host.SignUpAsync();
            var bob = await ada.AddMemberAsync("owner", Unique(host));

            var replies = await Task.WhenAll(
                ada.DeleteAsync($"{ada.Org}/members/{bob.UserId}"), bob.DeleteAsync($"{ada.Org}/members/{ada.UserId}"));

            Assert.Single(replies, reply => reply.Status == 204);
            Assert.Single(replies, reply => reply.Status == 401);
        }
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task An_address_of_another_workspace_is_taken(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (ada, eve) = (await host.SignUpAsync(), await host.SignUpAsync());

        var reply = await ada.PostAsync($"{ada.Org}/members", Form(eve.Email, "viewer"));

        Assert.Equal((409, "email_taken"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Every_wrong_field_of_a_member_is_named()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();

        var reply = await ada.PostAsync($"{ada.Org}/members", new { email = "x", role = "king", password = "short" });

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal(["email", "password", "role"], reply.WrongFields);
    }

    internal static object Form(string email, string role) => new { email, role, password = Visitor.Password };

    internal static string Unique(AccountingHost host) => $"{Guid.CreateVersion7(host.Time.GetUtcNow()):N}@example.com";
}
