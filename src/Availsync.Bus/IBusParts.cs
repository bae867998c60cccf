using Availsync.Bus.Durable;
using Availsync.Bus.Outside;
using Availsync.Bus.Requests;

namespace Availsync.Bus;

/// <summary>What a service takes from the bus. Handlers are resolved from a scope of each message's own.</summary>
public interface IBusParts
{
    /// <summary>
    /// Answers requests from a queue that all instances share: each request goes to one of them. The messages are
    /// transient, since their answer is their confirmation.
    /// </summary>
    /// <param name="queue">The queue's name, which the asking side uses too.</param>
    /// <param name="concurrency">How many requests one instance works on at a time.</param>
    IBusParts Responder<TRequest, TReply, THandler>(string queue, int concurrency = 32)
        where TRequest : class
        where TReply : class
        where THandler : class, IRequestHandler<TRequest, TReply>;

    /// <summary>
    /// Handles every message of a type at least once, in the order of the queue and one at a time; with several
    /// instances one does the work and the others stand by. A message that keeps failing is repeated, and after
    /// <see cref="BusOptions.DeliveryLimit"/> deliveries set aside in the queue <c>&lt;queue&gt;_dead</c>.
    /// </summary>
    /// <param name="queue">The durable queue's name, one a subscriber.</param>
    IBusParts Handler<TMessage, THandler>(string queue)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage>;

    /// <summary>
    /// Handles every message of a type on every instance that is up. What is published while an instance is away it
    /// never sees: <see cref="IBroadcastHandler{TMessage}.ConnectionRestored"/> tells when that may have happened.
    /// </summary>
    IBusParts Broadcast<TMessage, THandler>()
        where TMessage : class
        where THandler : class, IBroadcastHandler<TMessage>;

    /// <summary>
    /// Has a durable topic exchange for plain messages to those who listen from outside, from the start on; see
    /// <see cref="ITopicPublisher"/>.
    /// </summary>
    IBusParts Topic(string exchange);

    /// <summary>
    /// Works on what strangers put into a durable queue, as bytes: an exchange of the queue's name leads there. What
    /// cannot be answered goes to the queue <c>&lt;queue&gt;_error</c>, and so does what has come back
    /// <see cref="BusOptions.DeliveryLimit"/> times. In memory there are no strangers, and nothing of this.
    /// </summary>
    /// <typeparam name="THandler">One for the process.</typeparam>
    IBusParts FromOutside<THandler>(string queue)
        where THandler : class, IOutsideHandler;
}
