using System.Net;
using Microsoft.Extensions.Options;

namespace Availsync.Operations.Telemetry;

/// <summary>Who may read metrics: the section <c>Metrics</c> of the configuration.</summary>
public sealed class MetricsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Metrics";

    /// <summary>
    /// Networks in CIDR notation, such as <c>10.0.0.0/8</c>, from which the edge answers <c>/metrics</c>, beside this
    /// machine itself.
    /// </summary>
    public IList<string> AllowedNetworks { get; } = [];
}

internal sealed class MetricsOptionsValidator : IValidateOptions<MetricsOptions>
{
    public ValidateOptionsResult Validate(string? name, MetricsOptions options)
    {
        var wrong = options.AllowedNetworks.Where(text => !IPNetwork.TryParse(text, out _)).ToList();
        return wrong.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(text =>
                $"Metrics:AllowedNetworks has \"{text}\", which is not a network such as 10.0.0.0/8."));
    }
}
