using System.Text.Json;
using Availsync.System.Tests.Targets;
using RabbitMQ.Client;

namespace Availsync.System.Tests.Crashes;

/// <summary>Hears the events of claims from outside of the product.</summary>
internal interface IEventListener : IAsyncDisposable
{
    /// <summary>Fails unless every sequence from 1 to a root's last one has been heard.</summary>
    Task HeardAllAsync(IReadOnlyDictionary<string, long> sequences);
}

/// <summary>A durable queue of our own on the exchange of <c>ClaimEvents</c>, emptied when the test asks.</summary>
internal sealed class BusListener : IEventListener
{
    private const string Exchange = "Availsync.Contracts:ClaimEvents";

    private readonly ConnectionFactory _factory;
    private readonly string _queue;
    private readonly Dictionary<string, HashSet<long>> _heard = new(StringComparer.Ordinal);

    private BusListener(ConnectionFactory factory, string queue)
    {
        _factory = factory;
        _queue = queue;
    }

    public static async Task<BusListener> BindAsync(Uri broker)
    {
        var factory = new ConnectionFactory { Uri = broker };
        var queue = "heard-" + Guid.CreateVersion7(Target.Clock.GetUtcNow()).ToString("N");
        await using var connection = await factory.CreateConnectionAsync(Target.Stopped);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Target.Stopped);
        await channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Target.Stopped);
        await channel.QueueBindAsync(queue, Exchange, routingKey: "", cancellationToken: Target.Stopped);
        return new BusListener(factory, queue);
    }

    public async Task HeardAllAsync(IReadOnlyDictionary<string, long> sequences)
    {
        Assert.NotEmpty(sequences);
        await using var connection = await _factory.CreateConnectionAsync(Target.Stopped);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Target.Stopped);
        await Target.UntilAsync("hearing every event", TimeSpan.FromSeconds(30), async () =>
        {
            while (await channel.BasicGetAsync(_queue, autoAck: true, Target.Stopped) is { } message) Hear(message.Body);
            return sequences.All(root => Heard(root.Key) >= root.Value);
        });
        // A lease may have run out since the sequences were read: more may be heard, but never with a hole.
        Assert.All(sequences, root => Assert.Equal(Heard(root.Key), _heard[root.Key].Max()));
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await _factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(_queue);
    }

    /// <summary>How far a root's facts have been heard without a hole.</summary>
    private long Heard(string root)
    {
        if (!_heard.TryGetValue(root, out var sequences)) return 0;
        long last = 0;
        while (sequences.Contains(last + 1)) last++;
        return last;
    }

    private void Hear(ReadOnlyMemory<byte> body)
    {
        using var envelope = JsonDocument.Parse(body);
        foreach (var fact in envelope.RootElement.GetProperty("message").GetProperty("events").EnumerateArray())
        {
            var root = fact.GetProperty("root").GetString()!;
            if (!_heard.TryGetValue(root, out var sequences)) _heard[root] = sequences = [];
            sequences.Add(fact.GetProperty("sequence").GetInt64());
        }
    }
}
