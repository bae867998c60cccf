using System.Text.Json.Nodes;
using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class ManagementAuditTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_sign_up_is_the_first_thing_in_the_audit(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync(workspace: "Acme");

        var row = Assert.Single(await host.AuditOfAsync(ada.OrgId));

        Assert.Equal(("workspace.created", ActorKind.Person), (row.Type, row.ActorKind));
        Assert.Equal((ada.UserId, ada.Email, "request"), (row.ActorId, row.ActorName, row.RequestId));
        Assert.Equal(("Acme", host.Time.GetUtcNow()), ((string)Details(row)["name"]!, row.At));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Settings_and_plan_are_audited_where_they_really_change(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync(workspace: "Acme");
        await ada.GoOnPlanAsync("free");

        await ada.PatchAsync(ada.Org, new { name = "Acme", mode = "observe", expiry_grace_seconds = 5 });
        await ada.PatchAsync(ada.Org, new { mode = "observe" });
        await ada.GoOnPlanAsync("team");
        await ada.GoOnPlanAsync("team");

        var updated = Assert.Single(await OfAsync(host, ada, "org.updated"));
        Assert.Equal("""{"changed":["mode","expiry_grace_seconds"]}""", updated.Details);
        Assert.Equal("""{"plan":{"from":"free","to":"team"}}""", (await OfAsync(host, ada, "plan.changed"))[^1].Details);
        Assert.Single(await OfAsync(host, ada, "plan.changed"), row => row.Details.Contains("team"));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task The_life_of_an_agent_is_audited(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, keyId, key) = await ada.CreateAgentAsync("before");
        var id = Guid.Parse(path[^36..]);

        await ada.PatchAsync(path, new { name = "after", mode = "observe", default_priority = 100 });
        await ada.PatchAsync(path, new { disabled = true });
        await ada.PatchAsync(path, new { disabled = true });
        await ada.PatchAsync(path, new { disabled = false });
        await ada.DeleteAsync(path);

        var rows = (await host.AuditOfAsync(ada.OrgId)).Where(row => row.AgentId == id).ToList();
        Assert.Equal(
            ["agent.created", "agent.deleted", "agent.disabled", "agent.enabled", "agent.updated", "key.created"],
            rows.Select(row => row.Type));
        Assert.All(rows, row => Assert.Equal((ActorKind.Person, ada.UserId), (row.ActorKind, row.ActorId)));
        Assert.Equal("before", rows[0].AgentName);
        Assert.Equal("after", rows[1].AgentName);
        Assert.Equal("""{"changed":["name","mode"]}""", rows[4].Details);
        Assert.Equal($$"""{"key_id":"{{keyId}}","last4":"{{key[^4..]}}"}""", rows[5].Details);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Keys_are_audited_by_what_is_no_secret(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, first) = await ada.CreateAgentAsync();

        var made = await ada.PostAsync($"{path}/keys");
        var madeId = (string)made.Json["key"]!["id"]!;
        var rotated = await ada.PostAsync($"{path}/keys/{madeId}/rotate", new { grace_seconds = 60 });
        var rotatedId = (string)rotated.Json["key"]!["id"]!;
        await ada.DeleteAsync($"{path}/keys/{rotatedId}");

        var (old, next) = ((string)made.Json["api_key"]!, (string)rotated.Json["api_key"]!);
        var replaced = $$"""{"key_id":"{{madeId}}","last4":"{{old[^4..]}}"}""";
        Assert.Equal(
            $$"""{"key_id":"{{rotatedId}}","last4":"{{next[^4..]}}","replaced":{{replaced}},"grace_seconds":60}""",
            Assert.Single(await OfAsync(host, ada, "key.rotated")).Details);
        Assert.Equal(
            $$"""{"key_id":"{{rotatedId}}","last4":"{{next[^4..]}}"}""",
            Assert.Single(await OfAsync(host, ada, "key.revoked")).Details);
        Assert.Equal(2, (await OfAsync(host, ada, "key.created")).Count);
        foreach (var row in await host.AuditOfAsync(ada.OrgId))
        {
            Assert.All(new[] { first, old, next }, secret =>
            {
                Assert.DoesNotContain(secret, row.Details, StringComparison.Ordinal);
                Assert.DoesNotContain(ApiKey.Hash(secret), row.Details, StringComparison.Ordinal);
            });
        }
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Members_come_and_go_in_the_audit_without_their_passwords(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var bob = await ada.AddMemberAsync("viewer", MemberTests.Unique(host));
        await ada.DeleteAsync($"{ada.Org}/members/{bob.UserId}");

        var details = $$"""{"user_id":"{{bob.UserId}}","email":"{{bob.Email}}","role":"viewer"}""";
        Assert.Equal(details, Assert.Single(await OfAsync(host, ada, "member.added")).Details);
        Assert.Equal(details, Assert.Single(await OfAsync(host, ada, "member.removed")).Details);
        Assert.DoesNotContain(
            await host.AuditOfAsync(ada.OrgId),
            row => row.Details.Contains(Visitor.Password, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_was_refused_or_only_repeated_is_not_audited(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (ada, eve) = (await host.SignUpAsync(), await host.SignUpAsync());
        var (path, keyId, _) = await ada.CreateAgentAsync();
        var viewer = await ada.AddMemberAsync("viewer", MemberTests.Unique(host));
        var form = MemberTests.Form(MemberTests.Unique(host), "viewer");
        await ada.PostAsync($"{ada.Org}/members", form, "once");
        var before = (await host.AuditOfAsync(ada.OrgId)).Count;

        await ada.PostAsync($"{ada.Org}/members", form, "once");
        await ada.PostAsync($"{ada.Org}/members", MemberTests.Form(eve.Email, "viewer"), "taken");
        await ada.DeleteAsync($"{ada.Org}/members/{ada.UserId}");
        await ada.PutAsync("/v1/billing/plan", new { plan = "gold" });
        await viewer.PatchAsync(ada.Org, new { name = "Mine" });
        await viewer.PostAsync($"{ada.Org}/agents", new { name = "mine" });
        await eve.DeleteAsync(path);
        await eve.DeleteAsync($"{eve.Org}/agents/{path[^36..]}/keys/{keyId}");

        Assert.Equal(before, (await host.AuditOfAsync(ada.OrgId)).Count);
        Assert.Single(await host.AuditOfAsync(eve.OrgId));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_a_start_makes_or_resets_nobody_has_done(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        Guid org;
        await using (var first = await AccountingHost.StartAsync(store, settings: ("Accounts:FirstStart", "true")))
        {
            await using var db = first.Db();
            org = db.Workspaces.Single().Id;
            Assert.Equal(
                ["agent.created", "key.created", "member.added", "workspace.created"],
                (await first.AuditOfAsync(org)).Select(row => row.Type));
        }

        await using var host = await AccountingHost.StartAsync(
            store, settings: ("Accounts:ResetPasswordOf", FirstWorkspace.OwnerEmail));

        var rows = await host.AuditOfAsync(org);
        var reset = Assert.Single(rows, row => row.Type == "password.reset");
        Assert.Equal(FirstWorkspace.OwnerEmail, (string)Details(reset)["email"]!);
        Assert.All(rows, row => Assert.Equal(
            (ActorKind.System, null, null, null), (row.ActorKind, row.ActorId, row.ActorName, row.RequestId)));
        var password = host.Printed.Split(" / ")[1].Split('\n')[0].Trim();
        Assert.DoesNotContain(rows, row => row.Details.Contains(password, StringComparison.Ordinal));
    }

    private static JsonNode Details(AuditRow row) => JsonNode.Parse(row.Details)!;

    private static async Task<IReadOnlyList<AuditRow>> OfAsync(AccountingHost host, Visitor who, string type) =>
        [.. (await host.AuditOfAsync(who.OrgId)).Where(row => row.Type == type)];
}
