using System.Text.Json;
using Availsync.System.Tests.Faults;
using Availsync.System.Tests.Targets;
using RabbitMQ.Client;

namespace Availsync.System.Tests.Outside;

/// <summary>A message of the topic as it was in the queue, and what it says.</summary>
internal sealed record TopicMessage(string Key, IReadOnlyBasicProperties Marks, byte[] Body)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public Guid OrgId => Json.GetProperty("org_id").GetGuid();

    public string Type => Json.GetProperty("type").GetString()!;

    public Happening What => Happenings.Of(Json);
}

/// <summary>
/// Somebody outside with a queue on the topic exchange that outlives the broker and keeps everything until it is asked.
/// </summary>
internal sealed class TopicWitness : IAsyncDisposable
{
    private const string Exchange = "availsync.events";

    private readonly ConnectionFactory _factory;
    private readonly string _queue;

    private TopicWitness(Uri address)
    {
        _factory = new ConnectionFactory { Uri = address };
        _queue = $"{_factory.UserName}.{Guid.CreateVersion7(Target.Clock.GetUtcNow()):N}";
    }

    public static async Task<TopicWitness> BindAsync(Uri address, string key = "#")
    {
        var witness = new TopicWitness(address);
        await using var connection = await witness._factory.CreateConnectionAsync(Target.Stopped);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Target.Stopped);
        await channel.QueueDeclareAsync(
            witness._queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: Target.Stopped);
        await channel.QueueBindAsync(witness._queue, Exchange, key, cancellationToken: Target.Stopped);
        return witness;
    }

    /// <summary>Takes everything that is in the queue, in its order; of one workspace where one is named.</summary>
    public async Task<List<TopicMessage>> HeardAsync(Guid? orgId = null)
    {
        await using var connection = await _factory.CreateConnectionAsync(Target.Stopped);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Target.Stopped);
        var heard = new List<TopicMessage>();
        while (await channel.BasicGetAsync(_queue, autoAck: true, Target.Stopped) is { } message)
        {
            var one = new TopicMessage(
                message.RoutingKey, new BasicProperties(message.BasicProperties), message.Body.ToArray());
            if (orgId is null || one.OrgId == orgId) heard.Add(one);
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
