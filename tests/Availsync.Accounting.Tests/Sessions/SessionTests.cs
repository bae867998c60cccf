using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class SessionTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory]
    [InlineData("http", true, false)]
    [InlineData("https", true, true)]
    [InlineData("http", false, true)]
    [InlineData("https", false, true)]
    public async Task The_cookie_is_secure_but_on_plain_loopback(string scheme, bool overLoopback, bool secure)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var visitor = new Visitor(host) { Scheme = scheme, OverLoopback = overLoopback };

        var reply = await visitor.PostAsync("/v1/auth/login", new { email = ada.Email, password = Visitor.Password });

        var parts = reply.SetCookie!.Split("; ").Skip(1);
        Assert.Equal(
            secure
                ? ["httponly", "max-age=43200", "path=/", "samesite=lax", "secure"]
                : ["httponly", "max-age=43200", "path=/", "samesite=lax"],
            parts.Select(part => part.ToLowerInvariant()).Order());
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_session_lives_twelve_hours_from_its_last_use(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();

        for (var i = 0; i < 3; i++)
        {
            host.Time.Advance(TimeSpan.FromHours(11));
            Assert.Equal(200, (await ada.GetAsync("/v1/me")).Status);
        }

        host.Time.Advance(TimeSpan.FromHours(12));
        var late = await ada.GetAsync("/v1/me");
        Assert.Equal((401, "unauthorized"), (late.Status, late.Error));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task The_directory_says_when_a_session_ends(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        host.Time.Advance(TimeSpan.FromHours(1));

        var principal = await host.AuthenticateAsync(CredentialKind.Session, ada.Token!);

        var person = Assert.IsType<PersonPrincipal>(principal);
        Assert.Equal((ada.UserId, ada.OrgId, Role.Owner), (person.PersonId, person.Workspace.Id, person.Role));
        Assert.Equal(host.Time.GetUtcNow() + TimeSpan.FromHours(12), person.ValidUntil);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Logging_out_ends_the_session_on_the_server_and_no_other(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var elsewhere = await Visitor.SignInAsync(host, ada.Email);
        var token = ada.Token;

        var reply = await ada.PostAsync("/v1/auth/logout");

        Assert.Equal((204, ""), (reply.Status, reply.Body));
        Assert.Equal("", reply.CookieToken);
        Assert.Contains("max-age=0", reply.SetCookie, StringComparison.OrdinalIgnoreCase);
        Assert.Null(await host.AuthenticateAsync(CredentialKind.Session, token!));
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
        ada.Token = token;
        Assert.Equal(401, (await ada.GetAsync("/v1/me")).Status);
        Assert.Equal(401, (await ada.PostAsync("/v1/auth/logout")).Status);
        Assert.Equal(200, (await elsewhere.GetAsync("/v1/me")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_session_that_the_edge_still_believes_in_is_refused_once_it_has_ended(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var believed = await host.AuthenticateAsync(CredentialKind.Session, ada.Token!);
        await ada.PostAsync("/v1/auth/logout");

        foreach (var (method, path) in new[] { ("GET", "/v1/me"), ("GET", ada.Org), ("POST", $"{ada.Org}/agents") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Add(
                InternalIdentity.Header,
                new InternalIdentity(believed, null, "late", host.Time.GetUtcNow()).Sign(host.SigningKey));
            using var response = await host.Http.SendAsync(request);
            Assert.Equal(401, (int)response.StatusCode);
        }
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_key_cannot_log_out_but_can_ask_who_it_is(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (_, _, key) = await ada.CreateAgentAsync("nightly-codex");
        var agent = new Visitor(host) { ApiKey = key };

        var me = await agent.GetAsync("/v1/me");

        Assert.Equal(200, me.Status);
        Assert.Equal("nightly-codex", (string)me.Json["agent"]!["name"]!);
        Assert.Equal(ada.OrgId, (Guid)me.Json["org"]!["id"]!);
        Assert.False(me.Json["org"]!.AsObject().ContainsKey("role"));
        Assert.False(me.Json.AsObject().ContainsKey("user"));
        var logOut = await agent.PostAsync("/v1/auth/logout");
        Assert.Equal((403, "forbidden"), (logOut.Status, logOut.Error));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Without_a_credential_nobody_is_anybody(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var me = await host.Stranger().GetAsync("/v1/me");
        Assert.Equal((401, "unauthorized", "Bearer"), (me.Status, me.Error, me.Headers["WWW-Authenticate"]));
        Assert.Equal(401, (await host.Stranger().PostAsync("/v1/auth/logout")).Status);
    }
}
