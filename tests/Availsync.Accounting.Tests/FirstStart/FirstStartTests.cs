using System.Text.RegularExpressions;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting.Tests;

public sealed partial class FirstStartTests
{
    private static readonly (string, string?) On = ("Accounts:FirstStart", "true");

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task The_first_start_prints_a_sign_in_and_a_key_that_work(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store, settings: On);

        var signIn = SignInLine().Match(host.Printed);
        var key = KeyLine().Match(host.Printed).Groups["key"].Value;
        var owner = await Visitor.SignInAsync(host, signIn.Groups["email"].Value, signIn.Groups["password"].Value);
        var me = await new Visitor(host) { ApiKey = key }.GetAsync("/v1/me");

        var org = (await owner.GetAsync("/v1/me")).Json["org"]!;
        Assert.Equal(
            ("default", "unlimited", "owner"), ((string)org["name"]!, (string)org["plan"]!, (string)org["role"]!));
        Assert.Equal("default-agent", (string)me.Json["agent"]!["name"]!);
        Assert.Equal(owner.OrgId, (Guid)me.Json["org"]!["id"]!);
        Assert.Contains($"\nexport AVAILSYNC_KEY={key}\n", host.Printed, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task The_second_start_prints_nothing(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        string key;
        await using (var first = await AccountingHost.StartAsync(store, settings: On))
            key = KeyLine().Match(first.Printed).Groups["key"].Value;

        await using var second = await AccountingHost.StartAsync(store, settings: On);

        Assert.Equal("", second.Printed);
        Assert.NotNull(await second.AuthenticateAsync(CredentialKind.AgentKey, key));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Of_several_instances_that_start_at_once_one_prints(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);

        var hosts = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => AccountingHost.StartAsync(store, settings: On))));

        try
        {
            var printed = Assert.Single(hosts, host => host.Printed.Length > 0).Printed;
            foreach (var host in hosts)
            {
                var key = KeyLine().Match(printed).Groups["key"].Value;
                Assert.NotNull(await host.AuthenticateAsync(CredentialKind.AgentKey, key));
            }
        }
        finally
        {
            foreach (var host in hosts) await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task After_a_sign_up_a_start_prints_nothing()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);
        await using (var first = await AccountingHost.StartAsync(store)) await first.SignUpAsync();

        await using var second = await AccountingHost.StartAsync(store, settings: On);

        Assert.Equal("", second.Printed);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_lost_password_is_replaced_and_ends_the_sessions(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        Visitor ada;
        await using (var first = await AccountingHost.StartAsync(store))
            ada = await first.SignUpAsync("ada@example.com");

        await using var host = await AccountingHost.StartAsync(
            store, settings: ("Accounts:ResetPasswordOf", " ADA@example.com "));

        var line = SignInLine().Match(host.Printed);
        Assert.Equal("ada@example.com", line.Groups["email"].Value);
        Assert.Null(await host.AuthenticateAsync(CredentialKind.Session, ada.Token!));
        await host.Inbox.WaitAsync(new PrincipalChanged(ada.OrgId));
        await Visitor.SignInAsync(host, "ada@example.com", line.Groups["password"].Value);
        var old = await host.Stranger().PostAsync(
            "/v1/auth/login", new { email = "ada@example.com", password = Visitor.Password });
        Assert.Equal(401, old.Status);
    }

    [Fact]
    public async Task A_lost_password_of_nobody_stops_the_start()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);

        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(
            () => AccountingHost.StartAsync(store, settings: ("Accounts:ResetPasswordOf", "eve@example.com")));

        Assert.Contains("eve@example.com", Assert.Single(thrown.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accounts:Signup", "sometimes", "Accounts:Signup")]
    [InlineData("Accounts:DefaultPlan", " ", "Accounts:DefaultPlan")]
    [InlineData("Accounts:ResetPasswordOf", "nobody", "Accounts:ResetPasswordOf")]
    [InlineData("Internal:SigningKey", "c2hvcnQ=", "Internal:SigningKey")]
    [InlineData("Internal:SigningKey", "no base64!", "Internal:SigningKey")]
    public async Task A_wrong_setting_stops_the_start_and_is_named(string name, string value, string named)
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);

        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(
            () => AccountingHost.StartAsync(store, settings: (name, value)));

        Assert.Contains(named, Assert.Single(thrown.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_setting_gets_a_line_and_nothing_is_started()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);
        var lines = new StringWriter();

        var exitCode = await WrongSettings.RunAsync(
            () => AccountingHost.Build(store, ("Accounts:Signup", "x"), ("Internal:SigningKey", "y")), lines);

        Assert.Equal(1, exitCode);
        var told = lines.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Order().ToList();
        Assert.Equal(2, told.Count);
        Assert.StartsWith("Accounts:Signup must be", told[0], StringComparison.Ordinal);
        Assert.StartsWith("Internal:SigningKey must be", told[1], StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^sign-in: (?<email>\S+) / (?<password>\S+)$", RegexOptions.Multiline)]
    private static partial Regex SignInLine();

    [GeneratedRegex(@"^agent key: (?<key>avs_live_\S+)$", RegexOptions.Multiline)]
    private static partial Regex KeyLine();
}
