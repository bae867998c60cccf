using System.Diagnostics.Metrics;

namespace Availsync.Bus.Durable;

/// <summary>What leaves for those who listen from outside.</summary>
internal sealed class TopicMetrics
{
    private readonly Counter<long> _published;
    private readonly Counter<long> _refused;

    public TopicMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Availsync.Bus");
        _published = meter.CreateCounter<long>(
            "availsync.topic.published", "{message}", "Messages of a topic that the broker has confirmed.");
        _refused = meter.CreateCounter<long>(
            "availsync.topic.refused", "{message}", "Messages of a topic that a listener's own queue did not take.");
    }

    public void Published(int messages) => _published.Add(messages);

    public void Refused(int messages) => _refused.Add(messages);
}
