using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Requests;

/// <summary>A responder to be set up with the bus.</summary>
internal abstract record ResponderPart(string Queue, int Concurrency)
{
    public abstract void Configure(
        IReceiveEndpointConfigurator endpoint, BusOptions options, IServiceProvider services);
}

internal sealed record ResponderPart<TRequest, TReply, THandler>(string Queue, int Concurrency)
    : ResponderPart(Queue, Concurrency)
    where TRequest : class
    where TReply : class
    where THandler : class, IRequestHandler<TRequest, TReply>
{
    public override void Configure(
        IReceiveEndpointConfigurator endpoint, BusOptions options, IServiceProvider services)
    {
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        var logger = services.GetRequiredService<ILogger<THandler>>();
        ResponderEndpoint.Configure<TRequest, TReply>(endpoint, options, Concurrency, logger, async (request, token) =>
        {
            await using var scope = scopes.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(request, token);
        });
    }
}
