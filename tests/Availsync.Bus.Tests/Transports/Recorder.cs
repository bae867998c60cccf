using System.Threading.Channels;
using Availsync.Bus.Durable;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Tests.Transports;

/// <summary>What the handlers of a test have seen.</summary>
internal sealed class Recorder(string test)
{
    private readonly Channel<int> _seen = Channel.CreateUnbounded<int>();
    private int _failuresLeft;

    public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Reconnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int FailuresLeft { init => _failuresLeft = value; }

    public int? Poison { get; init; }

    public void SeeConnection()
    {
        if (!Connected.TrySetResult())
            Reconnected.TrySetResult();
    }

    public void See(Happened message)
    {
        if (message.Test != test)
            return;
        if (message.Number == Poison)
            throw new InvalidOperationException("never");
        if (Interlocked.Decrement(ref _failuresLeft) >= 0)
            throw new InvalidOperationException("not yet");
        _seen.Writer.TryWrite(message.Number);
    }

    public async Task<List<int>> NextAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var numbers = new List<int>();
        while (numbers.Count < count)
            numbers.Add(await _seen.Reader.ReadAsync(patience.Token));
        return numbers;
    }
}

internal sealed class RecordingHandler(Recorder recorder) : IMessageHandler<Happened>
{
    public Task HandleAsync(Happened message, CancellationToken cancellationToken)
    {
        recorder.See(message);
        return Task.CompletedTask;
    }
}

/// <summary>Says what it does; message n tells of the calls 1 to n, one of them twice.</summary>
internal sealed partial class TalkativeHandler(Recorder recorder, ILogger<TalkativeHandler> logger)
    : IMessageHandler<Happened>
{
    public static IEnumerable<string?> RequestsOf(Happened message) =>
        [.. Enumerable.Range(1, message.Number).Select(n => $"call-{n}"), null, "call-1"];

    public Task HandleAsync(Happened message, CancellationToken cancellationToken)
    {
        Handling(logger, message.Number);
        recorder.See(message);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "handling {number}")]
    private static partial void Handling(ILogger logger, int number);
}

internal sealed class SecondHandler(Recorder recorder) : IMessageHandler<Happened>
{
    public Task HandleAsync(Happened message, CancellationToken cancellationToken)
    {
        recorder.See(message with { Number = -message.Number });
        return Task.CompletedTask;
    }
}

internal sealed class RecordingBroadcast(Recorder recorder) : IBroadcastHandler<Happened>
{
    public Task HandleAsync(Happened message, CancellationToken cancellationToken)
    {
        recorder.See(message);
        return Task.CompletedTask;
    }

    public void ConnectionRestored() => recorder.SeeConnection();
}
