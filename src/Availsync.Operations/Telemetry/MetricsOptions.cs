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
    public ValidateOptionsResult Validate(string? name, MetricsOptions options) =>
        options.AllowedNetworks.All(text => IPNetwork.TryParse(text, out _))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Metrics:AllowedNetworks has an entry that is not a network such as 10.0.0.0/8.");
}
