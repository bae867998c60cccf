using System.Threading.Channels;
using Availsync.Contracts;
using Availsync.Edge.Metering;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>The meter of one edge and its reports, with an accounting that the test answers for.</summary>
internal sealed class MeterWorld : IAsyncDisposable
{
    private readonly Channel<MeterCalls> _told = Channel.CreateUnbounded<MeterCalls>();
    private readonly Meter _meter;
    private readonly MeterReports _reports;
    private int _strangers = 1000;

    private MeterWorld(Lender lender, DateTimeOffset now)
    {
        Time = new FakeTimeProvider(now);
        Lender = lender;
        Fate = report => Task.FromResult(Lender.Lend(report));
        var requests = new FakeRequests().OnAsync<MeterCalls>(async (report, token) =>
        {
            _told.Writer.TryWrite(report);
            return await Fate(report).WaitAsync(token);
        });
        _meter = new Meter(Time);
        _reports = new MeterReports(
            _meter, requests, Time, Options.Create(new EdgeOptions()), NullLogger<MeterReports>.Instance);
    }

    public FakeTimeProvider Time { get; }

    public Lender Lender { get; }

    /// <summary>What becomes of a message.</summary>
    public Func<MeterCalls, Task<CallsMetered>> Fate { get; set; }

    /// <summary>Whether a message has left that the test has not looked at.</summary>
    public bool HasTold => _told.Reader.TryPeek(out _);

    public static async Task<MeterWorld> StartAsync(long? max, DateTimeOffset? now = null)
    {
        var world = new MeterWorld(new Lender(max), now ?? Some.Now);
        await world._reports.StartAsync(CancellationToken.None);
        return world;
    }

    /// <summary>The next message to accounting.</summary>
    public async Task<MeterCalls> ToldAsync() => await _told.Reader.ReadAsync();

    /// <summary>The only count of the next message.</summary>
    public async Task<CallCount> CountAsync() => (await ToldAsync()).Counts.Single();

    public Task<Outcome.PlanLimitReached?> CallAsync(long? max, Guid? orgId = null) => _meter
        .CountAsync(
            Some.Workspace with
            {
                Id = orgId ?? Some.OrgId,
                Plan = max is { } calls ? Some.Bounded(calls) : Some.Workspace.Plan,
            },
            CancellationToken.None)
        .AsTask();

    public async Task CallAsync(long? max, int times)
    {
        for (var i = 0; i < times; i++) Assert.Null(await CallAsync(max));
    }

    public void Forget() => _meter.ForgetRefusal(Some.OrgId);

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>
    /// Returns when every answer so far has been taken over: a stranger's question goes behind them, and its answer
    /// comes after them.
    /// </summary>
    public async Task SettleAsync()
    {
        var stranger = Some.Id(_strangers++);
        await CallAsync(1000, stranger);
        while (!(await ToldAsync()).Counts.Any(count => count.OrgId == stranger))
        {
        }
    }

    public Task StopAsync() => _reports.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _reports.Dispose();
    }
}
