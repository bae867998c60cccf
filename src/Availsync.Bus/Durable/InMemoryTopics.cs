namespace Availsync.Bus.Durable;

/// <summary>Nobody outside of a process hears what is in it.</summary>
internal sealed class InMemoryTopics : ITopicPublisher
{
    public Task PublishAsync(
        string exchange, IEnumerable<TopicMessage> messages, CancellationToken cancellationToken) => Task.CompletedTask;
}
