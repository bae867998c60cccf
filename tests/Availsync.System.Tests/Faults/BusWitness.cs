using System.Text.Json;
using Availsync.System.Tests.Targets;
using RabbitMQ.Client;

namespace Availsync.System.Tests.Faults;

/// <summary>A durable queue on the bus that keeps every event until the test asks.</summary>
internal sealed class BusWitness : IAsyncDisposable
{
    private const string Exchange = "Availsync.Contracts:ClaimEvents";

    private readonly ConnectionFactory _factory;
    private readonly string _queue = "witness-" + Guid.CreateVersion7(Target.Clock.GetUtcNow()).ToString("N");

    private BusWitness(Uri broker) => _factory = new ConnectionFactory { Uri = broker };

    public static async Task<BusWitness> BindAsync(Uri broker)
    {
        var witness = new BusWitness(broker);
        await using var connection = await witness._factory.CreateConnectionAsync(Target.Stopped);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Target.Stopped);
        await channel.QueueDeclareAsync(
            witness._queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Target.Stopped);
        await channel.QueueBindAsync(witness._queue, Exchange, routingKey: "", cancellationToken: Target.Stopped);
        return witness;
    }

    /// <summary>Everything of a workspace that is in the queue, in its order.</summary>
    public async Task<List<Happening>> HeardAsync(Guid orgId)
    {
        await using var connection = await _factory.CreateConnectionAsync(Target.Stopped);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Target.Stopped);
        var heard = new List<Happening>();
        while (await channel.BasicGetAsync(_queue, autoAck: true, Target.Stopped) is { } message)
        {
            using var envelope = JsonDocument.Parse(message.Body);
            foreach (var one in envelope.RootElement.GetProperty("message").GetProperty("events").EnumerateArray())
            {
                if (one.GetProperty("orgId").GetGuid() == orgId) heard.Add(Happenings.Of(one));
            }
        }

        return heard;
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await _factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(_queue);
    }
}
