using System.Globalization;
using System.Net.Sockets;

namespace Availsync.Contract.Tests;

/// <summary>People: sign-up, sign-in, the cookie, and what keeps others out.</summary>
public abstract class SessionsContract(Target target) : ContractTest(target)
{
    [Fact]
    public async Task Signing_up_makes_a_workspace_and_its_owner()
    {
        var email = Unique.Email();
        var answer = await Anonymous.PostAsync(
            "/v1/auth/signup", new { email, password = Workspace.Password, workspace_name = "Acme & Söhne" });
        answer.Expect(201);
        Assert.Equal(["user", "org"], answer.Json.Members());
        Assert.Equal(["id", "email"], answer["user"].Members());
        Assert.Equal(email, answer["user.email"].Text());
        Assert.Equal("Acme & Söhne", answer["org.name"].Text());
        Assert.Equal("enforce", answer["org.mode"].Text());
        Assert.Equal("first_come", answer["org.arbitration"].Text());
        Assert.Equal("owner", answer["org.role"].Text());
        var me = (await Anonymous.WithCookie(answer.SessionCookie()).GetAsync("/v1/me")).Expect(200);
        Assert.Equal(answer.Body, me.Body);
    }

    [Fact]
    public async Task Signing_in_answers_as_signing_up_did()
    {
        var answer = await LogInAsync(Shared.Email, Workspace.Password);
        answer.Expect(200);
        Assert.Equal(Shared.UserId, answer["user.id"].Text());
        Assert.Equal(Shared.Id, answer["org.id"].Text());
        (await LogInAsync(Shared.Email.ToUpperInvariant(), Workspace.Password)).Expect(200);
        var me = (await Anonymous.WithCookie(answer.SessionCookie()).GetAsync("/v1/me")).Expect(200);
        Assert.Equal(answer.Body, me.Body);
    }

    [Fact]
    public async Task The_cookie_is_for_the_browser_alone_and_lasts_twelve_hours()
    {
        var cookie = (await LogInAsync(Shared.Email, Workspace.Password)).Expect(200).SetCookie();
        var attributes = cookie.Split(';').Skip(1).Select(a => a.Trim().ToLowerInvariant()).ToArray();
        Assert.Contains("httponly", attributes);
        Assert.Contains("samesite=lax", attributes);
        Assert.Contains("path=/", attributes);
        Assert.DoesNotContain("secure", attributes);
        var left = Lifetime(attributes);
        Assert.InRange(left, TimeSpan.FromHours(12) - TimeSpan.FromMinutes(2), TimeSpan.FromHours(12));
    }

    [Fact]
    public async Task A_key_says_who_it_is()
    {
        var agent = await NewAgentAsync();
        var me = (await agent.GetAsync("/v1/me")).Expect(200);
        Assert.Equal(["agent", "org"], me.Json.Members());
        Assert.Equal(agent.Id, me["agent.id"].Text());
        Assert.Equal(Shared.Id, me["org.id"].Text());
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server_too()
    {
        var member = await Shared.NewMemberAsync("admin");
        (await member.Client.GetAsync("/v1/work/claims")).Expect(200);
        var answer = (await member.Client.PostAsync("/v1/auth/logout")).Expect(204);
        Assert.StartsWith("availsync_session=;", answer.SetCookie(), StringComparison.Ordinal);
        (await member.Client.GetAsync("/v1/me")).ExpectError(401, "unauthorized");
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await member.Client.GetAsync("/v1/work/claims")).Status == 401,
            "the session is refused everywhere");
    }

    [Fact]
    public async Task One_session_ends_and_the_others_stay()
    {
        var (one, two) =
            (await LogInAsync(Shared.Email, Workspace.Password), await LogInAsync(Shared.Email, Workspace.Password));
        (await Anonymous.WithCookie(one.SessionCookie()).PostAsync("/v1/auth/logout")).Expect(204);
        (await Anonymous.WithCookie(two.SessionCookie()).GetAsync("/v1/me")).Expect(200);
    }

    [Theory]
    [InlineData("availsync_session=")]
    [InlineData("availsync_session=x")]
    [InlineData("availsync_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_made_up_session_is_refused(string cookie) =>
        (await Anonymous.WithCookie(cookie).GetAsync("/v1/me")).ExpectError(401, "unauthorized");

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_look_the_same()
    {
        var workspace = await NewWorkspaceAsync();
        var unknown = (await LogInAsync(Unique.Email(), Workspace.Password)).ExpectError(401, "invalid_credentials");
        var wrong = (await LogInAsync(workspace.Email, "not the password")).ExpectError(401, "invalid_credentials");
        Assert.Equal(unknown["message"].Text(), wrong["message"].Text());
        Assert.Equal(unknown.Json.Members(), wrong.Json.Members());
        Assert.Equal("Bearer", wrong.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Five_failed_sign_ins_are_enough_for_one_account_and_address()
    {
        var (workspace, other) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        for (var i = 0; i < 5; i++)
            (await LogInAsync(workspace.Email, "not the password")).ExpectError(401, "invalid_credentials");
        var answer = (await LogInAsync(workspace.Email, Workspace.Password)).ExpectError(429, "rate_limited");
        var seconds = int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 15 * 60);
        (await LogInAsync(other.Email, Workspace.Password)).Expect(200);
        (await workspace.Owner.GetAsync("/v1/me")).Expect(200);
    }

    [Fact]
    public async Task An_address_is_taken_once_whatever_its_case()
    {
        var email = Shared.Email.ToUpperInvariant();
        (await Anonymous.PostAsync("/v1/auth/signup",
            new { email, password = Workspace.Password, workspace_name = "x" }))
            .ExpectError(409, "email_taken");
        (await Shared.Owner.PostAsync($"{Shared.Path}/members",
            new { email, role = "viewer", password = Workspace.Password }))
            .ExpectError(409, "email_taken");
    }

    [Fact]
    public async Task Two_who_sign_up_at_once_with_one_address_do_not_both_get_it()
    {
        for (var round = 0; round < 3; round++)
        {
            var body = new { email = Unique.Email(), password = Workspace.Password, workspace_name = "x" };
            var answers = await Task.WhenAll(
                Anonymous.PostAsync("/v1/auth/signup", body), Anonymous.PostAsync("/v1/auth/signup", body));
            Assert.Equal([201, 409], answers.Select(a => a.Status).Order());
        }
    }

    [Theory]
    [InlineData("short passwo", "email@example.com", "x", null)]
    [InlineData("eleven char", "email@example.com", "x", "password")]
    [InlineData(null, "email@example.com", "x", "password")]
    [InlineData("long enough password", "no address", "x", "email")]
    [InlineData("long enough password", null, "x", "email")]
    [InlineData("long enough password", "email@example.com", "", "workspace_name")]
    [InlineData("long enough password", "email@example.com", null, "workspace_name")]
    public async Task Signing_up_needs_an_address_a_name_and_twelve_characters(
        string? password, string? email, string? workspace_name, string? wrong)
    {
        email = email == "email@example.com" ? Unique.Email() : email;
        var answer = await Anonymous.PostAsync("/v1/auth/signup", new { email, password, workspace_name });
        if (wrong is null) answer.Expect(201);
        else answer.ExpectWrong(wrong);
    }

    [Fact]
    public async Task An_idempotency_key_means_nothing_to_signing_in()
    {
        var client = Anonymous.WithIdempotencyKey("the-same");
        (await client.PostAsync("/v1/auth/login", new { email = Shared.Email, password = Workspace.Password }))
            .Expect(200);
        (await client.PostAsync("/v1/auth/login", new { email = Unique.Email(), password = "something else" }))
            .ExpectError(401, "invalid_credentials");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    public async Task An_unsafe_method_with_a_cookie_from_another_origin_is_refused(string origin)
    {
        var owner = Shared.Owner.With("Origin", origin);
        (await owner.PatchAsync(Shared.Path, new { name = "Hijacked" })).ExpectError(403, "csrf_rejected");
        (await owner.PostAsync("/v1/work/run/start", new { resource = NewRepo() })).ExpectError(403, "csrf_rejected");
        (await owner.PostAsync("/v1/auth/logout")).ExpectError(403, "csrf_rejected");
        (await owner.DeleteAsync($"{Shared.Path}/members/{Shared.UserId}")).ExpectError(403, "csrf_rejected");
        (await owner.GetAsync("/v1/me")).Expect(200);
    }

    [Fact]
    public async Task The_same_origin_and_a_key_from_anywhere_are_fine()
    {
        var agent = await NewAgentAsync();
        var same = Shared.Owner.With("Origin", Target.Address.GetLeftPart(UriPartial.Authority));
        (await same.PatchAsync(Shared.Path, new { })).Expect(200);
        (await agent.Client.With("Origin", "https://ci.example").PostAsync(
            "/v1/work/run/start", new { resource = NewRepo() })).Expect(200, "proceed");
    }

    [Fact]
    public async Task With_its_use_the_cookie_lasts_twelve_hours_again()
    {
        var given = (await LogInAsync(Shared.Email, Workspace.Password)).Expect(200);
        var used = await Anonymous.WithCookie(given.SessionCookie()).GetAsync("/v1/work/claims");
        Assert.Equal(given.SessionCookie(), used.Expect(200).SessionCookie());
        Assert.Equal(Attributes(given), Attributes(used));

        static IEnumerable<string> Attributes(Answer answer) =>
            answer.SetCookie().Split(';').Skip(1).Select(a => a.Trim().ToLowerInvariant()).Order();
    }

    [Fact]
    public async Task The_cookie_is_secure_where_a_proxy_speaks_for_the_client()
    {
        foreach (var (name, value) in ((string, string)[])[("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "::1")])
        {
            var answer = await Anonymous.With(name, value).PostAsync(
                "/v1/auth/login", new { email = Shared.Email, password = Workspace.Password });
            var attributes = answer.Expect(200).SetCookie().Split(';').Select(a => a.Trim().ToLowerInvariant());
            Assert.Contains("secure", attributes);
        }
    }

    [Fact]
    public async Task A_session_that_does_not_hold_gets_the_answer_of_any_credential_that_does_not()
    {
        var ended = Anonymous.WithCookie(
            (await LogInAsync(Shared.Email, Workspace.Password)).Expect(200).SessionCookie());
        (await ended.PostAsync("/v1/auth/logout")).Expect(204);
        var plain = (await Anonymous.GetAsync("/v1/me")).ExpectError(401, "unauthorized");
        Client[] clients = [ended, Anonymous.WithCookie("availsync_session=x"), Anonymous.WithKey("x")];
        foreach (var client in clients)
        {
            var answer = (await client.GetAsync("/v1/me")).ExpectError(401, "unauthorized");
            Assert.Equal(plain["message"].Text(), answer["message"].Text());
            Assert.Equal(plain.Json.Members(), answer.Json.Members());
            Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
        }
    }

    [Fact]
    public async Task Failed_sign_ins_count_for_an_account_however_its_address_is_spelled()
    {
        var workspace = await NewWorkspaceAsync();
        for (var i = 0; i < 5; i++)
        {
            var email = i % 2 == 0 ? workspace.Email : workspace.Email.ToUpperInvariant();
            (await LogInAsync(email, "not the password")).ExpectError(401, "invalid_credentials");
        }

        var answer = (await LogInAsync(workspace.Email, Workspace.Password)).ExpectError(429, "rate_limited");
        Assert.Contains("q=5;w=900", answer.Header("RateLimit-Policy"), StringComparison.Ordinal);
        Assert.Contains("r=0", answer.Header("RateLimit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_sign_ins_from_one_address_do_not_lock_out_another()
    {
        var workspace = await NewWorkspaceAsync();
        for (var i = 0; i < 5; i++)
            (await LogInAsync(workspace.Email, "not the password")).ExpectError(401, "invalid_credentials");
        (await LogInAsync(workspace.Email, Workspace.Password)).ExpectError(429, "rate_limited");
        using var elsewhere =
            new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = FromElsewhere });
        using var response = await elsewhere.PostAsync(
            new Uri(Target.Address, "/v1/auth/login"),
            Client.Content(
                JsonSerializer.SerializeToUtf8Bytes(new { email = workspace.Email, password = Workspace.Password }),
                "application/json"));
        Assert.Equal(200, (int)response.StatusCode);
        (await LogInAsync(workspace.Email, Workspace.Password)).ExpectError(429, "rate_limited");
    }

    private Task<Answer> LogInAsync(string email, string password) =>
        Anonymous.PostAsync("/v1/auth/login", new { email, password });

    /// <summary>Connects from another address of this machine than all other tests do.</summary>
    private static async ValueTask<Stream> FromElsewhere(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static TimeSpan Lifetime(string[] attributes)
    {
        if (attributes.FirstOrDefault(a => a.StartsWith("max-age=", StringComparison.Ordinal)) is { } age)
            return TimeSpan.FromSeconds(int.Parse(age["max-age=".Length..], CultureInfo.InvariantCulture));
        var expires = attributes.Single(a => a.StartsWith("expires=", StringComparison.Ordinal))["expires=".Length..];
        return DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow();
    }
}
