using System.Diagnostics.Metrics;

namespace Availsync.Edge.Telemetry;

/// <summary>What an edge measures beside its HTTP calls. No measurement has a label that grows with use.</summary>
internal sealed class EdgeMetrics
{
    private readonly Histogram<int> _laneBatch;
    private readonly UpDownCounter<int> _laneDepth;
    private readonly Counter<long> _unanswered;
    private readonly Counter<long> _rateLimited;
    private readonly UpDownCounter<int> _waiting;
    private readonly UpDownCounter<int> _listening;
    private readonly Counter<long> _recordsDropped;
    private readonly Counter<long> _busRequests;

    public EdgeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Availsync.Edge");
        _laneBatch = meter.CreateHistogram(
            "availsync.lane.commands", "{command}", "Commands that travelled in one message to a partition.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _laneDepth = meter.CreateUpDownCounter<int>(
            "availsync.lane.depth", "{command}", "Commands that are on their way to a partition or wait for it.");
        _unanswered = meter.CreateCounter<long>(
            "availsync.lane.unanswered", "{command}", "Commands whose partition did not answer in time: 503.");
        _rateLimited = meter.CreateCounter<long>(
            "availsync.ratelimit.refusals", "{call}", "Calls refused because their key asks too often: 429.");
        _waiting = meter.CreateUpDownCounter<int>(
            "availsync.waiting.calls", "{call}", "Starts that wait here for their turn.");
        _listening = meter.CreateUpDownCounter<int>(
            "availsync.events.streams", "{stream}", "Event streams that are open here.");
        _recordsDropped = meter.CreateCounter<long>(
            "availsync.traffic.dropped", "{record}", "Records of calls that found no room and are lost.");
        _busRequests = meter.CreateCounter<long>(
            "availsync.requests.taken", "{message}", "Requests from the bus, by their type and the status of their answer.");
    }

    public void LaneSends(int commands) => _laneBatch.Record(commands);

    public void LaneEnters() => _laneDepth.Add(1);

    public void LaneLeaves() => _laneDepth.Add(-1);

    public void Unanswered() => _unanswered.Add(1);

    public void RateLimited() => _rateLimited.Add(1);

    public void WaitingEnters() => _waiting.Add(1);

    public void WaitingLeaves() => _waiting.Add(-1);

    public void StreamOpens() => _listening.Add(1);

    public void StreamCloses() => _listening.Add(-1);

    public void RecordDropped() => _recordsDropped.Add(1);

    public void BusRequest(string type, int status) => _busRequests.Add(
        1, new KeyValuePair<string, object?>("type", type), new KeyValuePair<string, object?>("status", status));
}
