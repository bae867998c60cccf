using Availsync.Bus.Durable;
using Availsync.Bus.Outside;
using Availsync.Bus.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Availsync.Bus;

/// <summary>Every part that the services of this process have asked for.</summary>
internal sealed class BusParts(IServiceCollection services) : IBusParts
{
    private readonly List<ResponderPart> _responders = [];
    private readonly List<HandlerPart> _handlers = [];
    private readonly List<BroadcastPart> _broadcasts = [];
    private readonly List<string> _topics = [];
    private readonly List<OutsidePart> _outside = [];

    public IReadOnlyList<ResponderPart> Responders => _responders;

    public IReadOnlyList<HandlerPart> Handlers => _handlers;

    public IReadOnlyList<BroadcastPart> Broadcasts => _broadcasts;

    public IReadOnlyList<string> Topics => _topics;

    public IReadOnlyList<OutsidePart> Outside => _outside;

    public IBusParts Responder<TRequest, TReply, THandler>(string queue, int concurrency)
        where TRequest : class
        where TReply : class
        where THandler : class, IRequestHandler<TRequest, TReply>
    {
        services.TryAddScoped<THandler>();
        _responders.Add(new ResponderPart<TRequest, TReply, THandler>(queue, concurrency));
        return this;
    }

    public IBusParts Handler<TMessage, THandler>(string queue)
        where TMessage : class
        where THandler : class, IMessageHandler<TMessage>
    {
        services.TryAddScoped<THandler>();
        _handlers.Add(new HandlerPart<TMessage, THandler>(queue));
        return this;
    }

    public IBusParts Broadcast<TMessage, THandler>()
        where TMessage : class
        where THandler : class, IBroadcastHandler<TMessage>
    {
        services.TryAddScoped<THandler>();
        _broadcasts.Add(new BroadcastPart<TMessage, THandler>());
        return this;
    }

    public IBusParts Topic(string exchange)
    {
        _topics.Add(exchange);
        return this;
    }

    public IBusParts FromOutside<THandler>(string queue)
        where THandler : class, IOutsideHandler
    {
        services.TryAddSingleton<THandler>();
        _outside.Add(new OutsidePart(queue, provider => provider.GetRequiredService<THandler>()));
        return this;
    }
}
