using MassTransit;

namespace Availsync.Bus.Durable;

/// <summary>
/// The bus of durable messages on RabbitMQ. Confirms are a setting of the connection and cost a round trip each, so
/// requests, which their answer confirms, have a bus of their own. Publish through <see cref="IDurablePublisher"/>.
/// </summary>
/// <remarks>Public only because MassTransit derives from it at run time.</remarks>
public interface IEventBus : IBus;
