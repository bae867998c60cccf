using System.Diagnostics.Metrics;

namespace Availsync.Bus.Outside;

/// <summary>What is measured of queues that are open to strangers. Labels are closed lists.</summary>
internal sealed class OutsideMetrics
{
    private readonly Counter<long> _setAside;
    private readonly Counter<long> _failures;
    private readonly UpDownCounter<int> _consuming;
    private readonly UpDownCounter<int> _inWork;

    public OutsideMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Availsync.Bus");
        _setAside = meter.CreateCounter<long>(
            "availsync.requests.set_aside", "{message}", "Messages from outside that went to the queue of errors.");
        _failures = meter.CreateCounter<long>(
            "availsync.requests.failures", "{failure}", "Connections for messages from outside that failed, and messages that come again.");
        _consuming = meter.CreateUpDownCounter<int>(
            "availsync.requests.consumers", "{consumer}", "1 where this instance takes messages from outside.");
        _inWork = meter.CreateUpDownCounter<int>(
            "availsync.requests.in_work", "{message}", "Messages from outside that are being worked on, or wait for their turn.");
    }

    public void SetAside(string reason) => _setAside.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Of the connection, or of one message.</summary>
    public void Failed(string of) => _failures.Add(1, new KeyValuePair<string, object?>("of", of));

    public void Opens() => _consuming.Add(1);

    public void Closes() => _consuming.Add(-1);

    public void Begins() => _inWork.Add(1);

    public void Ends() => _inWork.Add(-1);
}
