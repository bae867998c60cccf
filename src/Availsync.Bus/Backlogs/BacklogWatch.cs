using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Backlogs;

/// <summary>
/// Looks now and then how much waits in a table, and shows what it has found last: so a scrape costs the store nothing,
/// and a look little, since rows are counted in the order of an index and up to a bound. While the store does not answer
/// nothing is shown: what it was before would look as if all were well.
/// </summary>
public abstract partial class BacklogWatch : BackgroundService
{
    /// <summary>So far rows are counted; this many stands for as many or more.</summary>
    public const int CountMax = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>A connection that was cut off in silence does not even answer that a call is cancelled.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;
    private volatile Found? _found;

    /// <param name="meter">Where the instruments are made.</param>
    /// <param name="names">How they are called.</param>
    /// <param name="store">The store's name, a label.</param>
    /// <param name="time">Says when to look.</param>
    /// <param name="logger">Is told, for who looks into it, why nothing is shown.</param>
    protected BacklogWatch(Meter meter, BacklogNames names, string store, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(meter);
        ArgumentNullException.ThrowIfNull(names);
        (_time, _logger, _name) = (time, logger, names.Prefix);
        var label = new KeyValuePair<string, object?>("store", store);
        Gauge("waiting", names.Unit, $"{names.What} that wait.", backlog => backlog.Waiting);
        if (names.HasTimes) Gauge("overdue", names.Unit, $"{names.What} whose time has come.", backlog => backlog.Overdue);
        Gauge("age", "s", $"{names.What}: for how long the first should have gone.", backlog => backlog.Age.TotalSeconds);

        void Gauge(string suffix, string unit, string description, Func<Backlog, double> read) =>
            meter.CreateObservableGauge(
                $"{names.Prefix}.{suffix}",
                () => _found is { } found ? [new Measurement<double>(read(found.Backlog), label)] : Nothing,
                unit,
                description);
    }

    private static IEnumerable<Measurement<double>> Nothing => [];

    /// <summary>Looks once, and shows what it has found.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(Patience, _time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            _found = new Found(await LookAsync(over.Token).WaitAsync(over.Token));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _found = null;
            LogFailed(_logger, exception, _name);
        }
    }

    /// <summary>Reads the table.</summary>
    protected abstract Task<Backlog> LookAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do await RefreshAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nobody asks any more.
        }
    }

    private sealed record Found(Backlog Backlog);

    /// <summary>Whoever works on the table warns of the store's absence; this one has only looked.</summary>
    [LoggerMessage(Level = LogLevel.Debug, Message = "It could not be seen how much waits ({backlog})")]
    private static partial void LogFailed(ILogger logger, Exception exception, string backlog);
}
