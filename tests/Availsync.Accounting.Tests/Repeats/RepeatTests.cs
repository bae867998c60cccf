using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting.Tests;

public sealed class RepeatTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_repeat_gets_the_first_answer_byte_for_byte(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var form = MemberTests.Form(MemberTests.Unique(host), "viewer");

        var first = await ada.PostAsync($"{ada.Org}/members", form, "once");
        var again = await ada.PostAsync($"{ada.Org}/members", form, "once");

        Assert.Equal((201, 201), (first.Status, again.Status));
        Assert.Equal(first.Body, again.Body);
        Assert.Equal(first.Headers["Content-Type"], again.Headers["Content-Type"]);
        Assert.False(first.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.NotEqual(first.Headers["X-Request-Id"], again.Headers["X-Request-Id"]);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_refusal_is_repeated_too(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var taken = MemberTests.Form(ada.Email, "viewer");

        var first = await ada.PostAsync($"{ada.Org}/members", taken, "once");
        var again = await ada.PostAsync($"{ada.Org}/members", taken, "once");

        Assert.Equal((409, "email_taken"), (first.Status, first.Error));
        Assert.Equal((409, first.Body, "true"), (again.Status, again.Body, again.Headers["Idempotency-Replayed"]));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_refusal_for_want_of_a_role_is_repeated_though_the_role_has_changed(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var bob = await ada.AddMemberAsync("admin", MemberTests.Unique(host));
        var form = MemberTests.Form(MemberTests.Unique(host), "viewer");

        var first = await bob.PostAsync($"{ada.Org}/members", form, "once");
        await using (var db = host.Db())
        {
            await db.People.Where(row => row.Id == bob.UserId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Role, Role.Owner));
        }

        var again = await bob.PostAsync($"{ada.Org}/members", form, "once");

        Assert.Equal((403, "forbidden"), (first.Status, first.Error));
        Assert.Equal((403, first.Body, "true"), (again.Status, again.Body, again.Headers["Idempotency-Replayed"]));
        Assert.Equal(201, (await bob.PostAsync($"{ada.Org}/members", form, "twice")).Status);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_key_with_another_body_is_refused_and_keeps_its_answer(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var form = MemberTests.Form(MemberTests.Unique(host), "viewer");
        var first = await ada.PostAsync($"{ada.Org}/members", form, "once");

        var other = await ada.PostAsync(
            $"{ada.Org}/members", MemberTests.Form(MemberTests.Unique(host), "viewer"), "once");

        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Error));
        Assert.Equal(first.Body, (await ada.PostAsync($"{ada.Org}/members", form, "once")).Body);
        Assert.Equal(2, (int)(await ada.GetAsync($"{ada.Org}/members")).Json["pagination"]!["total"]!);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Many_at_once_make_one_member_and_one_answer(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var form = MemberTests.Form(MemberTests.Unique(host), "viewer");

        var replies = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => ada.PostAsync($"{ada.Org}/members", form, "once")));

        Assert.All(replies, reply => Assert.Equal((201, replies[0].Body), (reply.Status, reply.Body)));
        Assert.Equal(9, replies.Count(reply => reply.Headers.ContainsKey("Idempotency-Replayed")));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task One_key_of_two_people_is_two_keys(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var bob = await ada.AddMemberAsync("owner", MemberTests.Unique(host));
        await ada.PostAsync($"{ada.Org}/members", MemberTests.Form(MemberTests.Unique(host), "viewer"), "once");

        var reply = await bob.PostAsync(
            $"{ada.Org}/members", MemberTests.Form(MemberTests.Unique(host), "viewer"), "once");

        Assert.Equal(201, reply.Status);
        Assert.False(reply.Headers.ContainsKey("Idempotency-Replayed"));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task After_a_day_the_key_is_new_again(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var form = MemberTests.Form(MemberTests.Unique(host), "viewer");
        await ada.PostAsync($"{ada.Org}/members", form, "once");
        host.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        var later = await Visitor.SignInAsync(host, ada.Email);

        var kept = await later.PostAsync($"{ada.Org}/members", form, "once");
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var reply = await later.PostAsync($"{ada.Org}/members", form, "once");

        Assert.Equal((201, "true"), (kept.Status, kept.Headers["Idempotency-Replayed"]));
        Assert.Equal((409, "email_taken"), (reply.Status, reply.Error));
        Assert.False(reply.Headers.ContainsKey("Idempotency-Replayed"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("256")]
    public async Task A_malformed_key_is_refused(string key)
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var header = key == "256" ? new string('k', 256) : key;

        var member = await ada.PostAsync(
            $"{ada.Org}/members", MemberTests.Form(MemberTests.Unique(host), "viewer"), header);
        var signIn = await ada.PostAsync(
            "/v1/auth/login", new { email = ada.Email, password = Visitor.Password }, header);

        Assert.Equal((400, "validation_failed"), (member.Status, member.Error));
        Assert.Equal((400, "validation_failed"), (signIn.Status, signIn.Error));
    }

    [Fact]
    public async Task Signing_in_twice_with_one_key_makes_two_sessions()
    {
        var host = await hosts.OnAsync(StorageProvider.Sqlite);
        var ada = await host.SignUpAsync();
        var form = new { email = ada.Email, password = Visitor.Password };

        var first = await host.Stranger().PostAsync("/v1/auth/login", form, "once");
        var second = await host.Stranger().PostAsync("/v1/auth/login", form, "once");

        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.NotEqual(first.CookieToken, second.CookieToken);
    }
}
