using System.Net;
using Microsoft.Extensions.Options;

namespace Availsync.Edge;

/// <summary>Lists everything that is wrong with the edge's configuration, section by section.</summary>
internal sealed class EdgeOptionsValidator :
    IValidateOptions<EdgeOptions>,
    IValidateOptions<EventStreamOptions>,
    IValidateOptions<PartitionOptions>,
    IValidateOptions<RateLimitOptions>,
    IValidateOptions<AccountingOptions>
{
    private const int PartitionsMax = 1024;

    public ValidateOptionsResult Validate(string? name, EdgeOptions options)
    {
        var failures = new List<string>();
        Range(failures, "Edge:AnswerWithinSeconds", options.AnswerWithinSeconds, 1, 60);
        Range(failures, "Edge:LaneQueueMax", options.LaneQueueMax, 1, 1_000_000);
        Range(failures, "Edge:WaitingMax", options.WaitingMax, 0, 1_000_000);
        Range(failures, "Edge:BusRequestsMax", options.BusRequestsMax, 1, 10_000);
        Range(failures, "Edge:BusWaitingMax", options.BusWaitingMax, 0, 50_000);
        Range(failures, "Edge:PrincipalsMax", options.PrincipalsMax, 1, 10_000_000);
        Range(failures, "Edge:TrafficQueueMax", options.TrafficQueueMax, 1, 10_000_000);
        Range(failures, "Edge:TrafficGatherMilliseconds", options.TrafficGatherMilliseconds, 0, 5_000);
        if (options.AllowedOrigins.Any(o => !IsHttp(o)))
            failures.Add("Edge:AllowedOrigins has an entry that is not an http or https origin.");
        if (options.TrustedProxies.Any(n => !IPNetwork.TryParse(n, out _)))
            failures.Add("Edge:TrustedProxies has an entry that is not a network such as 10.1.2.0/24.");
        return Result(failures);
    }

    public ValidateOptionsResult Validate(string? name, EventStreamOptions options)
    {
        var failures = new List<string>();
        Range(failures, "Events:HeartbeatSeconds", options.HeartbeatSeconds, 1, 300);
        Range(failures, "Events:StreamsMax", options.StreamsMax, 1, 100_000);
        Range(failures, "Events:StreamsPerWorkspaceMax", options.StreamsPerWorkspaceMax, 1, 100_000);
        Range(failures, "Events:WriteWithinSeconds", options.WriteWithinSeconds, 1, 300);
        Range(failures, "Events:PollSeconds", options.PollSeconds, 1, 60);
        return Result(failures);
    }

    public ValidateOptionsResult Validate(string? name, PartitionOptions options)
    {
        var failures = new List<string>();
        Range(failures, "Partitions:Count", options.Count, 1, PartitionsMax);
        return Result(failures);
    }

    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        var failures = new List<string>();
        Range(failures, "RateLimits:PerKeyPerSecond", options.PerKeyPerSecond, 0, 1_000_000);
        return Result(failures);
    }

    public ValidateOptionsResult Validate(string? name, AccountingOptions options)
    {
        var failures = new List<string>();
        if (options.Addresses.Length == 0) failures.Add("Accounting:Address must name an http or https address.");
        if (options.Addresses.Any(a => !IsHttp(a)))
            failures.Add("Accounting:Address has an entry that is not an http or https address.");
        return Result(failures);
    }

    private static void Range(List<string> failures, string name, int value, int min, int max)
    {
        if (value < min || value > max) failures.Add($"{name} must be from {min} to {max}.");
    }

    private static bool IsHttp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    private static ValidateOptionsResult Result(List<string> failures) =>
        failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
}
