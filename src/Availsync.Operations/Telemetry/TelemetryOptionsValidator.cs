using Microsoft.Extensions.Options;

namespace Availsync.Operations.Telemetry;

internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options) =>
        options.OtlpEndpoint.Length == 0
            || (Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https"))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Telemetry:OtlpEndpoint must be an http or https address.");
}
