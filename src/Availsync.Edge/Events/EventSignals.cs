using System.Threading.Channels;
using Availsync.Bus.Durable;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Events;

/// <summary>Hears on every edge of new events. What is missed, <see cref="HeadWatch"/> finds out.</summary>
internal sealed class EventSignals(EventFeeds feeds, HeadWatch watch) : IBroadcastHandler<EventsLogged>
{
    public Task HandleAsync(EventsLogged message, CancellationToken cancellationToken)
    {
        feeds.Advance(message.Heads);
        return Task.CompletedTask;
    }

    public void ConnectionRestored() => watch.Ring();
}

/// <summary>
/// Asks now and then how far the logs go that are listened to here: one question for all of them, whether or not there
/// was a signal. So a signal that is lost costs some seconds and no event.
/// </summary>
internal sealed partial class HeadWatch(
    EventFeeds feeds,
    IRequests requests,
    IOptions<EventStreamOptions> options,
    TimeProvider time,
    ILogger<HeadWatch> logger) : BackgroundService
{
    private const int OrgsMax = 500;

    private readonly Channel<bool> _rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has it look at once.</summary>
    public void Ring() => _rings.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = time.CreateTimer(_ => Ring(), null, options.Value.Poll, options.Value.Poll);
        try
        {
            await foreach (var _ in _rings.Reader.ReadAllAsync(stoppingToken)) await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var orgs in feeds.Orgs.Chunk(OrgsMax))
            {
                var found = await requests.AskAsync<ReadEventHeads, EventHeadsFound>(
                    EventQueues.Heads, new ReadEventHeads(orgs), cancellationToken: cancellationToken);
                feeds.Advance(found.Heads);
            }
        }
        catch (NoAnswerException exception)
        {
            Unanswered(logger, exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody has told how far the events go: {reason}")]
    private static partial void Unanswered(ILogger logger, string reason);
}
