using Microsoft.Extensions.Options;

namespace Availsync.Bus;

/// <summary>Lists everything that is wrong with <see cref="BusOptions"/> at once.</summary>
internal sealed class BusOptionsValidator : IValidateOptions<BusOptions>
{
    private const double SecondsMax = 60;
    private const int DeliveryLimitMax = 1000;

    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(BusOptions options)
    {
        if (options.RequestTimeoutSeconds is not (> 0 and <= SecondsMax))
            yield return $"Bus:RequestTimeoutSeconds must be above 0 and at most {SecondsMax}.";
        if (options.PublishTimeoutSeconds is not (> 0 and <= SecondsMax))
            yield return $"Bus:PublishTimeoutSeconds must be above 0 and at most {SecondsMax}.";
        if (options.DeliveryLimit is not (>= 1 and <= DeliveryLimitMax))
            yield return $"Bus:DeliveryLimit must be between 1 and {DeliveryLimitMax}.";
        if (options.Transport != BusTransport.RabbitMq)
            yield break;
        if (string.IsNullOrWhiteSpace(options.Host))
            yield return "Bus:Host is required when Bus:Transport is RabbitMq.";
        if (options.Port is not (>= 1 and <= ushort.MaxValue))
            yield return "Bus:Port must be between 1 and 65535.";
        if (string.IsNullOrEmpty(options.VirtualHost))
            yield return "Bus:VirtualHost must not be empty; RabbitMQ's own is \"/\".";
        if (string.IsNullOrEmpty(options.Username))
            yield return "Bus:Username is required when Bus:Transport is RabbitMq.";
    }
}
