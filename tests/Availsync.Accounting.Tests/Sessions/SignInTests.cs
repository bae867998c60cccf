using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class SignInTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Signing_in_shows_the_person_and_the_workspace_and_sets_the_cookie(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var visitor = host.Stranger();

        var reply = await visitor.PostAsync(
            "/v1/auth/login", new { email = $"  {ada.Email.ToUpperInvariant()} ", password = Visitor.Password });

        Assert.Equal(200, reply.Status);
        Assert.Equal(ada.UserId, (Guid)reply.Json["user"]!["id"]!);
        Assert.Equal("owner", (string)reply.Json["org"]!["role"]!);
        Assert.NotEqual(ada.Token, visitor.Token);
        Assert.Equal(200, (await visitor.GetAsync("/v1/me")).Status);
        Assert.Equal(200, (await ada.GetAsync("/v1/me")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task An_unknown_address_and_a_wrong_password_get_the_same_answer(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();

        var unknown = await host.Stranger().PostAsync(
            "/v1/auth/login", new { email = "nobody@example.com", password = Visitor.Password });
        var wrong = await host.Stranger().PostAsync(
            "/v1/auth/login", new { email = ada.Email, password = "wrong horse battery" });

        Assert.Equal((401, "invalid_credentials"), (unknown.Status, unknown.Error));
        Assert.Equal((401, "invalid_credentials"), (wrong.Status, wrong.Error));
        Assert.Equal((string)unknown.Json["message"]!, (string)wrong.Json["message"]!);
        Assert.Null(wrong.SetCookie);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task After_five_failures_even_the_right_password_waits_until_the_first_is_fifteen_minutes_old(
        StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(401, (await FailAsync(host, ada.Email)).Status);
            host.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var refused = await SignInAsync(host, ada.Email);

        Assert.Equal((429, "rate_limited"), (refused.Status, refused.Error));
        Assert.Equal("600", refused.Headers["Retry-After"]);
        Assert.Equal("\"sign-in\";r=0;t=600", refused.Headers["RateLimit"]);
        Assert.Equal("\"sign-in\";q=5;w=900", refused.Headers["RateLimit-Policy"]);
        host.Time.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal(429, (await SignInAsync(host, ada.Email)).Status);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await SignInAsync(host, ada.Email)).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Failures_of_another_address_or_account_do_not_count(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (ada, bob) = (await host.SignUpAsync(), await host.SignUpAsync());
        for (var i = 0; i < 5; i++) await FailAsync(host, ada.Email);

        Assert.Equal(429, (await SignInAsync(host, ada.Email)).Status);
        Assert.Equal(200, (await SignInAsync(host, bob.Email)).Status);
        Assert.Equal(200, (await SignInAsync(host, ada.Email, "203.0.113.8")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_right_password_forgives_the_wrong_ones_before_it(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        for (var i = 0; i < 4; i++) await FailAsync(host, ada.Email);
        Assert.Equal(200, (await SignInAsync(host, ada.Email)).Status);

        for (var i = 0; i < 4; i++) Assert.Equal(401, (await FailAsync(host, ada.Email)).Status);
        Assert.Equal(200, (await SignInAsync(host, ada.Email)).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_crowd_of_guesses_gets_no_more_than_five(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FailAsync(host, ada.Email)));

        Assert.Equal(5, replies.Count(reply => reply.Status == 401));
        Assert.Equal(15, replies.Count(reply => reply.Status == 429));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_sign_in_without_its_fields_is_told_which(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);

        var reply = await host.Stranger().PostAsync("/v1/auth/login", new { email = 7 });

        Assert.Equal((400, "validation_failed"), (reply.Status, reply.Error));
        Assert.Equal(["email", "password"], reply.WrongFields);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("::1", "::1")]
    [InlineData(null, "")]
    [InlineData("nonsense", "")]
    public void One_subscriber_is_one_address(string? remote, string address) =>
        Assert.Equal(address, SignInThrottle.AddressOf(remote));

    private static Task<Reply> FailAsync(AccountingHost host, string email) =>
        host.Stranger().PostAsync("/v1/auth/login", new { email, password = "wrong horse battery" });

    private static Task<Reply> SignInAsync(AccountingHost host, string email, string address = "203.0.113.7")
    {
        var visitor = host.Stranger();
        visitor.Address = address;
        return visitor.PostAsync("/v1/auth/login", new { email, password = Visitor.Password });
    }
}
