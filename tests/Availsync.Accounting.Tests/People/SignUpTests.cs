using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Accounting.Tests;

public sealed class SignUpTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Signing_up_makes_a_workspace_with_its_owner_signed_in(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = host.Stranger();

        var reply = await ada.PostAsync("/v1/auth/signup", Form(" Ada@Example.com ", name: " Acme "));

        Assert.Equal(201, reply.Status);
        Assert.Equal("Ada@Example.com", (string)reply.Json["user"]!["email"]!);
        var org = reply.Json["org"]!.AsObject();
        Assert.Equal(
            ["id", "name", "plan", "mode", "arbitration", "expiry_grace_seconds", "role"],
            org.Select(member => member.Key));
        Assert.Equal(
            ("Acme", "enforce", "first_come", "owner"),
            ((string)org["name"]!, (string)org["mode"]!, (string)org["arbitration"]!, (string)org["role"]!));
        Assert.Equal(0, (int)org["expiry_grace_seconds"]!);
        var me = await ada.GetAsync("/v1/me");
        Assert.Equal(reply.Body, me.Body);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Every_wrong_field_is_named(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);

        var reply = await host.Stranger().PostAsync(
            "/v1/auth/signup", new { email = "not an address", password = "eleven char", workspace_name = " " });

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal(["email", "password", "workspace_name"], reply.WrongFields);
        Assert.Null(reply.SetCookie);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task An_address_that_differs_in_case_only_is_taken(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();

        var reply = await host.Stranger().PostAsync("/v1/auth/signup", Form(ada.Email.ToUpperInvariant()));

        Assert.Equal((409, "email_taken"), (reply.Status, reply.Error));
        Assert.Null(reply.SetCookie);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Of_many_who_sign_up_with_one_address_at_once_one_gets_it(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);

        var replies = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => host.Stranger().PostAsync("/v1/auth/signup", Form("race@example.com"))));

        Assert.Equal(1, replies.Count(reply => reply.Status == 201));
        Assert.Equal(7, replies.Count(reply => (reply.Status, reply.Error) == (409, "email_taken")));
        await using var db = host.Db();
        Assert.Equal(1, await db.People.CountAsync(row => row.EmailKey == "race@example.com"));
        Assert.Equal(await db.Workspaces.CountAsync(), await db.People.CountAsync());
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Of_many_first_workspaces_exactly_one_is_unlimited(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store, settings: ("Accounts:DefaultPlan", "team"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            i => host.Stranger().PostAsync("/v1/auth/signup", Form($"first{i}@example.com"))));

        var plans = replies.Select(reply => (string)reply.Json["org"]!["plan"]!).Order();
        Assert.Equal(["team", "team", "team", "team", "team", "unlimited"], plans);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task With_first_only_exactly_one_of_many_gets_in_and_later_ones_are_refused(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store, settings: ("Accounts:Signup", "first_only"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            i => host.Stranger().PostAsync("/v1/auth/signup", Form($"first{i}@example.com"))));
        var late = await host.Stranger().PostAsync("/v1/auth/signup", Form("late@example.com"));

        Assert.Equal(1, replies.Count(reply => reply.Status == 201));
        Assert.Equal(5, replies.Count(reply => (reply.Status, reply.Error) == (403, "forbidden")));
        Assert.Equal((403, "forbidden"), (late.Status, late.Error));
        await using var db = host.Db();
        Assert.Equal((1, 1), (await db.Workspaces.CountAsync(), await db.People.CountAsync()));
    }

    [Fact]
    public async Task When_closed_nobody_signs_up()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);
        await using var host = await AccountingHost.StartAsync(store, settings: ("Accounts:Signup", "closed"));

        Assert.Equal(403, (await host.Stranger().PostAsync("/v1/auth/signup", Form("ada@example.com"))).Status);
    }

    [Fact]
    public async Task Without_a_setting_the_world_gets_the_first_workspace_only_and_loopback_any_number()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);
        await using var host = await AccountingHost.StartAsync(store, settings: ("Accounts:Signup", null));

        var local = new Visitor(host) { OverLoopback = true };
        Assert.Equal(201, (await host.Stranger().PostAsync("/v1/auth/signup", Form("first@example.com"))).Status);
        Assert.Equal(403, (await host.Stranger().PostAsync("/v1/auth/signup", Form("second@example.com"))).Status);
        Assert.Equal(201, (await local.PostAsync("/v1/auth/signup", Form("second@example.com"))).Status);
    }

    [Theory]
    [InlineData(null, true, false, SignUpRule.Open)]
    [InlineData(null, false, true, SignUpRule.Open)]
    [InlineData(null, false, false, SignUpRule.FirstOnly)]
    [InlineData("closed", true, true, SignUpRule.Closed)]
    [InlineData("first_only", true, true, SignUpRule.FirstOnly)]
    [InlineData("open", false, false, SignUpRule.Open)]
    internal void The_setting_counts_before_the_circumstances(
        string? setting, bool isDevelopment, bool overLoopback, SignUpRule rule) =>
        Assert.Equal(rule, SignUpRules.Of(new AccountsOptions { Signup = setting }, isDevelopment, overLoopback));

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Neither_password_nor_token_is_stored(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();

        await using var db = host.Db();
        var person = await db.People.SingleAsync(row => row.Id == ada.UserId);
        var session = await db.Sessions.SingleAsync(row => row.PersonId == ada.UserId);
        Assert.DoesNotContain(Visitor.Password, person.PasswordHash, StringComparison.Ordinal);
        Assert.NotEqual(ada.Token, session.TokenSha256);
        Assert.Equal(Contracts.ApiKey.Hash(ada.Token!), session.TokenSha256);
        Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(ada.Token).Length);
    }

    [Theory]
    [InlineData("a@b", true)]
    [InlineData("owner@localhost", true)]
    [InlineData("first.last+tag@sub.example.co", true)]
    [InlineData("jürgen@müller.example", true)]
    [InlineData("a@b@c.example", false)]
    [InlineData("@example.com", false)]
    [InlineData("ada@", false)]
    [InlineData("ada", false)]
    [InlineData("ada@example..com", false)]
    [InlineData("ada@-example.com", false)]
    [InlineData("ada lovelace@example.com", false)]
    [InlineData("ada@exam ple.com", false)]
    [InlineData("<ada>@example.com", false)]
    public void An_address_is_plausible_or_not(string text, bool plausible) =>
        Assert.Equal(plausible, EmailAddress.IsPlausible(text));

    private static object Form(string email, string name = "Acme") =>
        new { email, password = Visitor.Password, workspace_name = name };
}
