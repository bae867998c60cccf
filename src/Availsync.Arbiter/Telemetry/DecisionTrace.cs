using System.Diagnostics;
using Availsync.Contracts;

namespace Availsync.Arbiter.Telemetry;

/// <summary>
/// The part of a call's trace that is decided here. A batch serves many calls, so none of them is ambient while it is
/// decided: each command carries its own span from its arrival to its answer.
/// </summary>
internal static class DecisionTrace
{
    private static readonly ActivitySource Source = new("Availsync.Arbiter");

    /// <summary>Null where the call is not traced, or nobody wants traces.</summary>
    public static Activity? Begin(int partition, CommandEnvelope envelope)
    {
        if (envelope.TraceParent is null
            || !ActivityContext.TryParse(envelope.TraceParent, traceState: null, isRemote: true, out var parent))
        {
            return null;
        }

        var around = Activity.Current;
        var span = Source.StartActivity("decide " + envelope.Command.GetType().Name, ActivityKind.Consumer, parent);
        Activity.Current = around;
        return span?.SetTag("availsync.partition", partition).SetTag("availsync.request_id", envelope.RequestId);
    }

    public static void End(Activity span, Reply reply)
    {
        span.SetTag("availsync.outcome", reply switch
        {
            Reply.Answered answered => answered.Outcome.GetType().Name,
            _ => reply.GetType().Name,
        });
        if (reply is Reply.Unknown) span.SetStatus(ActivityStatusCode.Error);
        span.Dispose();
    }
}
