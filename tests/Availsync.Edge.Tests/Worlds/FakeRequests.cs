using System.Collections.Concurrent;
using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>Stands for the bus and for whoever listens behind it.</summary>
internal sealed class FakeRequests : IRequests
{
    private readonly ConcurrentDictionary<Type, Func<string, object, CancellationToken, Task<object>>> _answers = new();

    public ConcurrentQueue<object> Asked { get; } = new();

    public FakeRequests On<TRequest>(Func<TRequest, object> answer)
        where TRequest : class => OnAsync<TRequest>((request, _) => Task.FromResult(answer(request)));

    public FakeRequests OnAsync<TRequest>(Func<TRequest, CancellationToken, Task<object>> answer)
        where TRequest : class
    {
        _answers[typeof(TRequest)] = (_, request, token) => answer((TRequest)request, token);
        return this;
    }

    /// <summary>Decides every command by itself.</summary>
    public FakeRequests OnCommand(Func<CommandEnvelope, Reply> decide) =>
        On<Decide>(question => new Decided([.. question.Commands.Select(decide)]));

    public IEnumerable<CommandEnvelope> Commands => Asked.OfType<Decide>().SelectMany(question => question.Commands);

    public async Task<TReply> AskAsync<TRequest, TReply>(
        string queue, TRequest request, TimeSpan? timeout, CancellationToken cancellationToken)
        where TRequest : class
        where TReply : class
    {
        Asked.Enqueue(request);
        return _answers.TryGetValue(typeof(TRequest), out var answer)
            ? (TReply)await answer(queue, request, cancellationToken)
            : throw new NoAnswerException($"Nobody listens on {queue}.");
    }
}
