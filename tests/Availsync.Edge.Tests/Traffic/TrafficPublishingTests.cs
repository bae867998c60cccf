using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;
using Availsync.Edge.Traffic;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Edge.Tests.Traffic;

public sealed class TrafficPublishingTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Some.Now);
    private readonly FakePublisher _broker = new();
    private readonly CountingLogger _log = new();
    private readonly TrafficQueue _queue;
    private readonly TrafficPublisher _publisher;

    public TrafficPublishingTests()
    {
        var options = Options.Create(new EdgeOptions { TrafficQueueMax = 1200, TrafficGatherMilliseconds = 0 });
        _queue = new TrafficQueue(SomeMetrics.Edge, _time, options, _log);
        _publisher = new TrafficPublisher(_queue, _broker, options, _time, NullLogger<TrafficPublisher>.Instance);
    }

    public void Dispose() => _publisher.Dispose();

    [Fact]
    public async Task Records_leave_in_order_five_hundred_at_a_time()
    {
        Add(1200);
        await _publisher.StartAsync(CancellationToken.None);
        foreach (var size in new[] { 500, 500, 200 }) Assert.Equal(size, (await _broker.TriedAsync()).Records.Count);
        await _publisher.StopAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, 1200), Taken());
    }

    [Fact]
    public async Task A_lone_record_leaves_at_once_and_a_crowd_together()
    {
        var options = Options.Create(new EdgeOptions());
        using var publisher = new TrafficPublisher(
            _queue, _broker, options, _time, NullLogger<TrafficPublisher>.Instance);
        await publisher.StartAsync(CancellationToken.None);
        Add(1);
        Assert.Single((await _broker.TriedAsync()).Records);
        Add(7);
        var crowd = _broker.TriedAsync();
        while (!crowd.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        Assert.Equal(7, (await crowd).Records.Count);
        await publisher.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_was_not_taken_is_tried_again_before_anything_else()
    {
        var tries = 0;
        _broker.Fate = _ => tries++ == 0 ? throw new TimeoutException() : Task.CompletedTask;
        Add(1);
        await _publisher.StartAsync(CancellationToken.None);
        var first = await _broker.TriedAsync();
        Add(1);
        var second = _broker.TriedAsync();
        while (!second.IsCompleted)
        {
            // Whether the pause has begun cannot be seen; time goes on until it is over.
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(first.Records, (await second).Records);
        Assert.Equal((1, 2), ((await _broker.NextAsync()).LatencyMs, (await _broker.NextAsync()).LatencyMs));
        await _publisher.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_finds_no_room_is_dropped_counted_and_told_once_a_minute()
    {
        Add(1203);
        Assert.Equal((3, 1), (_queue.Dropped, _log.Count));
        _time.Advance(TimeSpan.FromSeconds(61));
        Add(2);
        Assert.Equal((5, 2), (_queue.Dropped, _log.Count));
        await _publisher.StartAsync(CancellationToken.None);
        await _broker.TriedAsync();
        await _publisher.StopAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, 1200), Taken());
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_ever_for_a_broker_that_is_away()
    {
        _broker.Fate = token => Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
        Add(1);
        await _publisher.StartAsync(CancellationToken.None);
        await _broker.TriedAsync();
        var stop = _publisher.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await stop;
        Assert.Empty(Taken());
    }

    [Fact]
    public async Task No_call_waits_for_its_record()
    {
        await using var world = await EdgeWorld.StartAsync();
        var open = new TaskCompletionSource();
        world.Publisher.Fate = _ => open.Task;
        world.Requests.On<ListClaims>(_ => new ClaimPage([], 0));
        await world.GetAsync("/v1/work/claims");
        await world.Publisher.TriedAsync();
        Assert.Equal(System.Net.HttpStatusCode.OK, (await world.GetAsync("/v1/work/claims")).Status);
        open.SetResult();
        await world.StopAsync();
        Assert.Equal(2, world.Publisher.Rest().Count());
    }

    private int _added;

    /// <summary>Adds records that are told apart by their latency.</summary>
    private void Add(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _queue.Add(new TrafficRecord(
                Some.Id(1), Some.Now, Some.OrgId, null, null, null, "me", "GET /v1/me", TrafficStatus.Ok, 200,
                ++_added, null, null, null, "call"));
        }
    }

    private IEnumerable<int> Taken() => _broker.Rest().Select(record => record.LatencyMs);

    private sealed class CountingLogger : ILogger<TrafficQueue>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Count++;
    }
}
