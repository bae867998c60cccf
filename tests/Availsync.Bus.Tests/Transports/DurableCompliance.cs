using Availsync.Bus.Durable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Tests.Transports;

/// <summary>What durable messages and broadcasts promise, on either transport.</summary>
public abstract class DurableCompliance(BusTransport transport) : IAsyncLifetime
{
    private TestBus _bus = null!;

    private protected TestBus Bus => _bus;

    public ValueTask InitializeAsync()
    {
        _bus = new TestBus(transport);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _bus?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Messages_reach_their_handler_in_the_order_they_were_published()
    {
        var recorder = new Recorder(_bus.Name);
        var host = await StartAsync(recorder, parts => parts.Handler<Happened, RecordingHandler>(_bus.Name));

        for (var number = 1; number <= 20; number++)
            await Publisher(host).PublishAsync(new Happened(_bus.Name, number));

        Assert.Equal(Enumerable.Range(1, 20), await recorder.NextAsync(20));
    }

    [Fact]
    public async Task Every_queue_gets_its_own_copy()
    {
        var recorder = new Recorder(_bus.Name);
        var host = await StartAsync(recorder, parts => parts
            .Handler<Happened, RecordingHandler>(_bus.Name)
            .Handler<Happened, SecondHandler>(_bus.Name + "-2"));

        await Publisher(host).PublishAsync(new Happened(_bus.Name, 5));

        Assert.Equal([-5, 5], (await recorder.NextAsync(2)).Order());
    }

    [Fact]
    public async Task A_message_whose_handler_fails_at_first_is_handled_in_the_end()
    {
        var recorder = new Recorder(_bus.Name) { FailuresLeft = 2 };
        var host = await StartAsync(recorder, parts => parts.Handler<Happened, RecordingHandler>(_bus.Name));

        // The publisher's side of the bargain: what was not taken is published again.
        var refusals = 0;
        while (!await TryPublishAsync(host, new Happened(_bus.Name, 1)))
            Assert.InRange(++refusals, 1, 2);

        Assert.Equal([1], await recorder.NextAsync(1));
    }

    [Fact]
    public async Task A_broadcast_handler_is_told_of_the_connection_and_gets_what_is_published_then()
    {
        var recorder = new Recorder(_bus.Name);
        var host = await StartAsync(recorder, parts => parts.Broadcast<Happened, RecordingBroadcast>());
        if (transport == BusTransport.RabbitMq)
            await recorder.Connected.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await Publisher(host).PublishAsync(new Happened(_bus.Name, 9));

        Assert.Equal([9], await recorder.NextAsync(1));
    }

    [Fact]
    public async Task What_is_logged_while_a_message_is_handled_has_the_ids_of_the_calls_it_tells_of()
    {
        var recorder = new Recorder(_bus.Name);
        using var log = new LoggedLines();
        var host = await _bus.StartAsync(
            services => services.AddSingleton(recorder).AddLogging(logging => logging.AddProvider(log)),
            parts => parts.Handler<Happened, TalkativeHandler>(_bus.Name));

        await Publisher(host).PublishAsync(new Happened(_bus.Name, 1));
        await Publisher(host).PublishAsync(new Happened(_bus.Name, 2));
        await recorder.NextAsync(2);

        var said = log.Lines.Where(line => line.Category.EndsWith(nameof(TalkativeHandler), StringComparison.Ordinal))
            .ToDictionary(line => line.Text);
        Assert.Equal(("call-1", null), (said["handling 1"].Mark("request_id"), said["handling 1"].Mark("request_ids")));
        Assert.Equal("call-1 call-2", said["handling 2"].Mark("request_ids"));
        Assert.Null(said["handling 2"].Mark("request_id"));
    }

    private protected Task<IHost> StartAsync(Recorder recorder, Action<IBusParts> parts) =>
        _bus.StartAsync(services => services.AddSingleton(recorder), parts);

    private protected static IDurablePublisher Publisher(IHost host) =>
        host.Services.GetRequiredService<IDurablePublisher>();

    private static async Task<bool> TryPublishAsync(IHost host, Happened message)
    {
        try
        {
            await Publisher(host).PublishAsync(message);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

public sealed class InMemoryDurableTests() : DurableCompliance(BusTransport.InMemory);
