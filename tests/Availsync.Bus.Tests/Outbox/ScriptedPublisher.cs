using System.Threading.Channels;
using Availsync.Bus.Durable;

namespace Availsync.Bus.Tests.Outbox;

/// <summary>A publisher that keeps what it is given, and fails where the test says so.</summary>
internal sealed class ScriptedPublisher : IDurablePublisher
{
    private readonly Channel<int> _published = Channel.CreateUnbounded<int>();
    private int _attempts;

    /// <summary>What becomes of the n-th attempt, from 1; null where it succeeds.</summary>
    public Func<int, Failure?> Script { get; set; } = _ => null;

    public Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
        where TMessage : class
    {
        var failure = Script(Interlocked.Increment(ref _attempts));
        if (failure == Failure.BeforeItIsSafe)
            throw new InvalidOperationException("refused");
        _published.Writer.TryWrite(message is OrderPlaced placed ? placed.Id : -1);
        return failure == Failure.AfterItIsSafe
            ? throw new InvalidOperationException("confirmation lost")
            : Task.CompletedTask;
    }

    public async Task<List<int>> NextAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var ids = new List<int>();
        while (ids.Count < count)
            ids.Add(await _published.Reader.ReadAsync(patience.Token));
        return ids;
    }

    internal enum Failure
    {
        BeforeItIsSafe,
        AfterItIsSafe,
    }
}
