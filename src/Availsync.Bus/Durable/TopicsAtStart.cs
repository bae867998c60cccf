using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Durable;

/// <summary>Makes the exchanges of topics, so that who wants to listen finds them before the first message.</summary>
internal sealed partial class TopicsAtStart(
    BusParts parts, ITopicPublisher topics, TimeProvider time, ILogger<TopicsAtStart> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (parts.Topics.Count == 0) return;
        while (true)
        {
            try
            {
                await topics.PublishAsync(parts.Topics[0], [], stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // A service starts without its broker, and finds it when it comes.
                Absent(logger, exception);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The topics of the broker cannot be made yet")]
    private static partial void Absent(ILogger logger, Exception exception);
}
