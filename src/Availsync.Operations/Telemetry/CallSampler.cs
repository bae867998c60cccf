using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Availsync.Operations.Telemetry;

/// <summary>
/// A trace begins with a call from outside. What a process does of its own accord (polling a table, carrying a batch of
/// several calls) would be a trace of its own each time, of use to nobody.
/// </summary>
internal sealed class CallSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _ratio = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Server
            ? _ratio.ShouldSample(samplingParameters)
            : new SamplingResult(SamplingDecision.Drop);
}
