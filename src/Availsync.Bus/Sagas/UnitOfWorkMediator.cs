using MassTransit;
using MassTransit.Mediator;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Bus.Sagas;

/// <summary>
/// Runs messages through the sagas of this process, in the caller's scope and so in its unit of work. It costs
/// microseconds where an endpoint costs a transaction.
/// </summary>
public sealed class UnitOfWorkMediator(IMediator mediator, IServiceProvider scope)
{
    /// <summary>Returns when every saga concerned has handled the message; what one throws comes out here.</summary>
    /// <param name="message">The message.</param>
    /// <param name="prepare">Sets headers and the like.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task PublishAsync(object message, Action<SendContext>? prepare, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var pipe = Pipe.Execute<PublishContext>(context =>
        {
            context.GetOrAddPayload<IServiceScope>(() => new Scope(scope));
            prepare?.Invoke(context);
        });
        return mediator.Publish(message, message.GetType(), pipe, cancellationToken);
    }

    /// <summary>
    /// The caller's scope under the name by which the repository looks for one. It stays the caller's.
    /// </summary>
    private sealed class Scope(IServiceProvider services) : IServiceScope
    {
        public IServiceProvider ServiceProvider => services;

        public void Dispose()
        {
            // Whoever opened the scope closes it.
        }
    }
}
