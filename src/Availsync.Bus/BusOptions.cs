namespace Availsync.Bus;

/// <summary>How messages travel: the section <c>Bus</c> of the configuration.</summary>
public sealed class BusOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Bus";

    /// <summary>The transport; in memory only where every service is in one process.</summary>
    public BusTransport Transport { get; set; } = BusTransport.InMemory;

    /// <summary>RabbitMQ's host name or address.</summary>
    public string Host { get; set; } = "localhost";

    /// <summary>RabbitMQ's AMQP port.</summary>
    public int Port { get; set; } = 5672;

    /// <summary>RabbitMQ's virtual host.</summary>
    public string VirtualHost { get; set; } = "/";

    /// <summary>The user to sign in to RabbitMQ with.</summary>
    public string Username { get; set; } = "guest";

    /// <summary>That user's password.</summary>
    public string Password { get; set; } = "guest";

    /// <summary>
    /// The kind of the queues that requests wait in. Classic is faster; quorum is for a cluster of brokers, so that a
    /// lost node does not take a partition's queue with it.
    /// </summary>
    public CommandQueueKind CommandQueues { get; set; } = CommandQueueKind.Classic;

    /// <summary>How long a request waits for its answer where the caller names no time, in seconds.</summary>
    public double RequestTimeoutSeconds { get; set; } = 5;

    /// <summary>How long a durable message may wait for the broker's confirmation, in seconds.</summary>
    public double PublishTimeoutSeconds { get; set; } = 10;

    /// <summary>How often the broker redelivers a durable message that keeps failing before it is set aside.</summary>
    public int DeliveryLimit { get; set; } = 20;

    /// <summary>
    /// The pauses between the tries of one delivery. Times the delivery limit they outlast a quarter of an hour without
    /// a database, so that only what can never be handled is set aside.
    /// </summary>
    internal IReadOnlyList<TimeSpan> DurableRetries { get; set; } =
    [
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30),
    ];

    internal TimeSpan RequestTimeout => TimeSpan.FromSeconds(RequestTimeoutSeconds);

    internal TimeSpan PublishTimeout => TimeSpan.FromSeconds(PublishTimeoutSeconds);
}

/// <summary>The transports that the bus can be on.</summary>
public enum BusTransport
{
    /// <summary>
    /// Within the process. What is queued dies with it, so durable messages are handed over directly.
    /// </summary>
    InMemory,

    /// <summary>A RabbitMQ broker.</summary>
    RabbitMq,
}

/// <summary>The kinds of request queues.</summary>
public enum CommandQueueKind
{
    /// <summary>A classic queue with transient messages.</summary>
    Classic,

    /// <summary>A replicated quorum queue.</summary>
    Quorum,
}
