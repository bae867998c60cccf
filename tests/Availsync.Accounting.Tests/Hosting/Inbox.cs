using System.Collections.Concurrent;
using Availsync.Bus.Durable;
using Availsync.Contracts;

namespace Availsync.Accounting.Tests;

/// <summary>Receives what accounting tells the other services.</summary>
internal sealed class Inbox : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<object> _messages = [];
    private readonly SemaphoreSlim _arrived = new(0);

    /// <summary>Every message so far, in order.</summary>
    public IReadOnlyList<object> Messages => [.. _messages];

    public void Dispose() => _arrived.Dispose();

    public void Add(object message)
    {
        _messages.Enqueue(message);
        _arrived.Release();
    }

    /// <summary>Waits for a message, and for no longer than a test may take.</summary>
    public Task WaitAsync(object message) => WaitForMoreAsync(message, 0);

    /// <summary>Waits until a message has come more often than so many times.</summary>
    public async Task WaitForMoreAsync(object message, int times)
    {
        while (_messages.Count(message.Equals) <= times)
        {
            var came = await _arrived.WaitAsync(Patience);
            Assert.True(came, $"{message} has not come; there is {string.Join(", ", _messages)}.");
        }
    }
}

internal sealed class PrincipalInbox(Inbox inbox) : IBroadcastHandler<PrincipalChanged>
{
    public Task HandleAsync(PrincipalChanged message, CancellationToken cancellationToken)
    {
        inbox.Add(message);
        return Task.CompletedTask;
    }

    public void ConnectionRestored()
    {
    }
}

internal sealed class AgentInbox(Inbox inbox) : IMessageHandler<AgentEnded>, IMessageHandler<AgentResumed>
{
    public Task HandleAsync(AgentEnded message, CancellationToken cancellationToken) => AddAsync(message);

    public Task HandleAsync(AgentResumed message, CancellationToken cancellationToken) => AddAsync(message);

    private Task AddAsync(object message)
    {
        inbox.Add(message);
        return Task.CompletedTask;
    }
}
