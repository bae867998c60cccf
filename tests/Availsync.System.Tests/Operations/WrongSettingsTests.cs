namespace Availsync.System.Tests.Operations;

/// <summary>A service whose settings are wrong says so, once for each mistake, and does not start.</summary>
public sealed class WrongSettingsTests : IDisposable
{
    private const string Secret = "hunter2hunter2hunter2";

    private readonly string _folder = Directory.CreateTempSubdirectory("availsync-settings-").FullName;

    /// <summary>The service, a setting of its own that it does not have, and whether it keeps a store.</summary>
    public static TheoryData<string, string, bool> Services => new()
    {
        { "Availsync.Edge", "Edge:WaitngMax", false },
        { "Availsync.Arbiter", "Arbiter:Partition", true },
        { "Availsync.Accounting", "Accounts:SignUps", true },
        { "Availsync.Standalone", "RateLimits:PerKey", true },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Each_mistake_is_a_line_without_the_value_and_the_exit_code_is_1(
        string service, string unknown, bool hasStore)
    {
        using var process = OwnService.Start(service, new Dictionary<string, string>
        {
            ["Storage__Path"] = _folder,
            ["Storage__Provider"] = "Postgres",
            ["Storage__ConnectionString"] = $"Database=a;Username=a;Password={Secret}",
            ["Internal__SigningKey"] = Convert.ToBase64String(new byte[32]),
            ["Accounting__Address"] = "http://127.0.0.1:1",
            [unknown.Replace(":", "__", StringComparison.Ordinal)] = Secret,
            ["Bus__Pasword"] = Secret,
            ["Bus__Port"] = Secret,
            ["Telemetry__OtlpEndpoint"] = Secret,
            ["Shutdown__DrainSeconds"] = "301",
        });

        Assert.Equal(1, await process.ExitAsync());
        var lines = process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        Assert.DoesNotContain(lines, line => line.Contains(Secret, StringComparison.Ordinal));
        foreach (var name in new[] { unknown, "Bus:Pasword" })
            Assert.Single(lines, l => l.StartsWith(name + " is not a setting; known are ", StringComparison.Ordinal));
        Assert.Single(lines, "Bus:Port must be a whole number.");
        Assert.Single(lines, "Telemetry:OtlpEndpoint must be an http or https address.");
        Assert.Single(lines, "Shutdown:DrainSeconds must be from 0 to 300.");
        Assert.Equal(hasStore, lines.Remove("Storage:ConnectionString must name a Host."));
        Assert.True(lines.Count == 5, process.Output);
    }

    [Theory]
    [InlineData("Availsync.Edge")]
    [InlineData("Availsync.Accounting")]
    public async Task A_key_that_could_be_guessed_is_refused_and_not_told(string service)
    {
        using var process = OwnService.Start(service, new Dictionary<string, string>
        {
            ["Storage__Path"] = _folder,
            ["Accounting__Address"] = "http://127.0.0.1:1",
            ["Internal__SigningKey"] = Secret,
        });

        Assert.Equal(1, await process.ExitAsync());
        Assert.Equal("Internal:SigningKey must be base64 of 32 random bytes or more.", process.Output);
    }
}
