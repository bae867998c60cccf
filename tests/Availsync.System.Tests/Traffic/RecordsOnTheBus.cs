using System.Text.Json;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;
using RabbitMQ.Client;

namespace Availsync.System.Tests.Traffic;

/// <summary>Records of calls that nobody has made, put on the bus as an edge would: in messages of hundreds.</summary>
internal sealed class RecordsOnTheBus(Uri broker, OwnWorkspace workspace)
{
    private const string Message = "Availsync.Contracts:TrafficRecords";
    private const int InOne = 500;

    private readonly ConnectionFactory _factory = new() { Uri = broker };

    /// <summary>
    /// Returns when the broker has confirmed all of them. One message in ten goes out twice, as a repeat after a lost
    /// confirm would.
    /// </summary>
    public async Task PublishAsync(int records)
    {
        await using var connection = await _factory.CreateConnectionAsync(Target.Stopped);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Target.Stopped);
        for (var sent = 0; sent < records; sent += InOne)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(Envelope(sent, Math.Min(InOne, records - sent)));
            await PublishAsync(channel, body);
            if (sent / InOne % 10 == 0) await PublishAsync(channel, body);
        }
    }

    private static ValueTask PublishAsync(IChannel channel, byte[] body) => channel.BasicPublishAsync(
        Message, routingKey: "", mandatory: true,
        new BasicProperties { Persistent = true, ContentType = "application/vnd.masstransit+json" },
        body, Target.Stopped);

    private object Envelope(int first, int count) => new
    {
        messageId = NewId(),
        messageType = new[] { "urn:message:" + Message },
        message = new { records = Enumerable.Range(first, count).Select(Record) },
    };

    private object Record(int number) => new
    {
        id = NewId(),
        at = Target.Clock.GetUtcNow(),
        orgId = workspace.Id,
        agentId = workspace.AgentId,
        agentName = "agent",
        type = "work.check",
        endpoint = "POST /v1/work/check",
        status = "Ok",
        httpStatus = 200,
        latencyMs = number % 50,
        resource = $"repo:burst/{number % 1000}",
        requestId = $"burst-{number}",
    };

    private static Guid NewId() => Guid.CreateVersion7(Target.Clock.GetUtcNow());
}
