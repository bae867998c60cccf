using Availsync.Operations;
using Availsync.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Edge.Tests.Operations;

/// <summary>What is wrong with a configuration is told at once, and without its values.</summary>
public sealed class SettingsCheckTests
{
    private const string SigningKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    [Fact]
    public void Every_mistake_is_listed()
    {
        var mistakes = Mistakes(
            ("Edge:AnswrWithinSeconds", "3"),
            ("Edge:LaneQueueMax", "many-secret"),
            ("Edge:WaitingMax", "-1"),
            ("Edge:AllowedOrigins", "https://a.example"),
            ("RateLimits:PerKeyPerSecond", ""),
            ("Metrics:AllowedNetworks:0", "10.0.0.0/64"),
            ("Telemetry:OtlpEndpoint", "collector"),
            ("Shutdown:DrainSeconds", "1000"),
            ("Internal:SigningKey", "c2VjcmV0"),
            ("Partitions", "16"));

        Assert.Equal(10, mistakes.Count);
        Assert.Contains(mistakes, m => m.StartsWith("Edge:AnswrWithinSeconds is not a setting", StringComparison.Ordinal));
        Assert.Contains("Edge:LaneQueueMax must be a whole number.", mistakes);
        Assert.Contains("Edge:WaitingMax must be from 0 to 1000000.", mistakes);
        Assert.Contains(mistakes, m => m.StartsWith("Edge:AllowedOrigins is a list", StringComparison.Ordinal));
        Assert.Contains("RateLimits:PerKeyPerSecond must be a whole number.", mistakes);
        Assert.Contains(mistakes, m => m.StartsWith("Metrics:AllowedNetworks has", StringComparison.Ordinal));
        Assert.Contains("Telemetry:OtlpEndpoint must be an http or https address.", mistakes);
        Assert.Contains(mistakes, m => m.Contains("DrainSeconds", StringComparison.Ordinal));
        Assert.Contains(mistakes, m => m.StartsWith("Internal:SigningKey must be", StringComparison.Ordinal));
        Assert.Contains("Partitions is a section of settings, not a setting.", mistakes);
        Assert.DoesNotContain(mistakes, m => m.Contains("secret", StringComparison.Ordinal));
        Assert.DoesNotContain(mistakes, m => m.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_right_or_meant_for_other_services_is_no_mistake() => Assert.Empty(Mistakes(
        ("edge:answerwithinseconds", "3"),
        ("Edge:AllowedOrigins:0", "https://a.example"),
        ("Metrics:AllowedNetworks:0", "10.0.0.0/8"),
        ("Telemetry:SampleRatio", "0.25"),
        ("Arbiter:NoSuchThing", "1"),
        ("Logging:LogLevel:Default", "Warning")));

    private static IReadOnlyList<string> Mistakes(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings
            .Append(("Internal:SigningKey", SigningKey))
            .GroupBy(s => s.Item1, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(s => s.Key, s => (string?)s.First().Item2)).Build();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddOperations(configuration, "availsync-edge")
            .AddEdge(configuration)
            .BuildServiceProvider();
        return SettingsCheck.Mistakes(services);
    }
}
