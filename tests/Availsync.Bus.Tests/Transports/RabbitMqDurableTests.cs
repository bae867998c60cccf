using Availsync.Bus.Tests.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Bus.Tests.Transports;

public sealed class RabbitMqDurableTests() : DurableCompliance(BusTransport.RabbitMq)
{
    [Fact]
    public async Task A_message_that_can_never_be_handled_is_set_aside_and_the_next_one_is_handled()
    {
        var recorder = new Recorder(Bus.Name) { Poison = 1 };
        var host = await Bus.StartAsync(
            services => services.AddSingleton(recorder).PostConfigure<BusOptions>(options =>
            {
                options.DeliveryLimit = 1;
                options.DurableRetries = [TimeSpan.FromMilliseconds(1)];
            }),
            parts => parts.Handler<Happened, RecordingHandler>(Bus.Name));

        await Publisher(host).PublishAsync(new Happened(Bus.Name, 1));
        await Publisher(host).PublishAsync(new Happened(Bus.Name, 2));

        Assert.Equal([2], await recorder.NextAsync(1));
        Assert.Contains("\"number\": 1", await Bus.TakeAsync(Bus.Name + "_dead"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broadcast_reaches_every_instance()
    {
        var recorders = new[] { new Recorder(Bus.Name), new Recorder(Bus.Name) };
        var first = await StartAsync(recorders[0], parts => parts.Broadcast<Happened, RecordingBroadcast>());
        await StartAsync(recorders[1], parts => parts.Broadcast<Happened, RecordingBroadcast>());
        foreach (var recorder in recorders)
            await recorder.Connected.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await Publisher(first).PublishAsync(new Happened(Bus.Name, 3));

        foreach (var recorder in recorders)
            Assert.Equal([3], await recorder.NextAsync(1));
    }

    [Fact]
    public async Task A_message_published_while_its_service_is_down_is_handled_when_it_is_back()
    {
        var before = new Recorder(Bus.Name);
        var service = await StartAsync(before, parts => parts.Handler<Happened, RecordingHandler>(Bus.Name));
        await Publisher(service).PublishAsync(new Happened(Bus.Name, 1));
        await before.NextAsync(1);
        await service.StopAsync();

        var publisher = await Bus.StartAsync(_ => { });
        await Publisher(publisher).PublishAsync(new Happened(Bus.Name, 2));
        var after = new Recorder(Bus.Name);
        await StartAsync(after, parts => parts.Handler<Happened, RecordingHandler>(Bus.Name));

        Assert.Equal([2], await after.NextAsync(1));
    }

    [Fact]
    public async Task A_broadcast_handler_is_told_when_a_lost_connection_is_back_and_then_gets_messages_again()
    {
        await using var proxy = new CuttableProxy(TestServers.RabbitMq());
        var recorder = new Recorder(Bus.Name);
        var host = await Bus.StartAsync(
            services => services.AddSingleton(recorder),
            parts => parts.Broadcast<Happened, RecordingBroadcast>(), proxy.Address);
        await recorder.Connected.Task.WaitAsync(TimeSpan.FromSeconds(20));

        proxy.Cut();

        await recorder.Reconnected.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Publisher(host).PublishAsync(new Happened(Bus.Name, 4));
        Assert.Equal([4], await recorder.NextAsync(1));
    }
}
