using System.ComponentModel.DataAnnotations;

namespace Availsync.Operations.Telemetry;

/// <summary>Where traces go: the section <c>Telemetry</c> of the configuration.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Telemetry";

    /// <summary>
    /// Where an OpenTelemetry collector listens, such as <c>http://collector:4318</c>; empty where no traces are made. The
    /// variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says the same, and the others of that family say more.
    /// </summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>Which share of the calls is traced, from 0 to 1, where the caller has not decided it already.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; set; } = 1;
}
