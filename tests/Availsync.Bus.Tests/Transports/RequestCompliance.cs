using System.Diagnostics;
using Availsync.Bus.Requests;
using Availsync.Bus.Tests.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Tests.Transports;

/// <summary>What asking and answering promise, on either transport.</summary>
public abstract class RequestCompliance(BusTransport transport) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private TestBus _bus = null!;

    public ValueTask InitializeAsync()
    {
        _bus = new TestBus(transport);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _bus?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_request_gets_its_own_answer()
    {
        var host = await StartWithResponderAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => AskAsync(host, number)));

        Assert.Equal(Enumerable.Range(0, 50), answers.Select(answer => answer.Number));
    }

    [Fact]
    public async Task A_request_that_nobody_takes_ends_when_its_time_is_over()
    {
        var host = await StartWithResponderAsync();
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<NoAnswerException>(() => host.Services.GetRequiredService<IRequests>()
            .AskAsync<Ask, Answer>(_bus.Name + "-2", new Ask(_bus.Name, 1), TimeSpan.FromMilliseconds(300)));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_responder_that_fails_is_reported_without_waiting_for_the_time_out()
    {
        var host = await StartWithResponderAsync();

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => AskAsync(host, -1).WaitAsync(Patience / 2));

        Assert.Contains("failed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_logged_of_a_responder_that_fails_has_the_id_of_the_call()
    {
        using var log = new LoggedLines();
        var host = await _bus.StartAsync(
            services => services.AddSingleton(new Responder.Identity(_bus.Name))
                .AddLogging(logging => logging.AddProvider(log)),
            parts => parts.Responder<Ask, Answer, Responder>(_bus.Name));

        AmbientRequest.Id = "call-7";
        await Assert.ThrowsAsync<NoAnswerException>(() => AskAsync(host, -1));

        var faults = new List<LoggedLine>();
        await Until.IsTrueAsync(() =>
        {
            faults = [.. log.Lines.Where(line => line.Text.Contains("R-FAULT", StringComparison.Ordinal))];
            return Task.FromResult(faults.Count > 0);
        });
        Assert.All(faults, line => Assert.Equal("call-7", line.Mark("request_id")));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_told_so_and_not_that_there_was_no_answer()
    {
        var host = await StartWithResponderAsync();
        using var giveUp = new CancellationTokenSource();

        var asking = host.Services.GetRequiredService<IRequests>()
            .AskAsync<Ask, Answer>(_bus.Name + "-2", new Ask(_bus.Name, 1), Patience, giveUp.Token);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Patience / 2));
    }

    [Fact]
    public async Task A_command_is_taken_by_a_responder_though_nobody_waits_for_its_reply()
    {
        var host = await _bus.StartAsync(_ => { });
        var taken = new TaskCompletionSource<Ask>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var responder = await Connector(host).ConnectAsync<Ask, Answer>(_bus.Name, (ask, _) =>
        {
            taken.TrySetResult(ask);
            return Task.FromResult(new Answer(ask.Number, "me"));
        });

        await host.Services.GetRequiredService<ICommandSender>().SendAsync(_bus.Name, new Ask(_bus.Name, 7));

        Assert.Equal(7, (await taken.Task.WaitAsync(Patience)).Number);
    }

    [Fact]
    public async Task A_connected_responder_can_be_let_go_and_connected_again()
    {
        var host = await _bus.StartAsync(_ => { });
        foreach (var owner in new[] { "first", "second" })
        {
            await using var responder = await Connector(host).ConnectAsync<Ask, Answer>(
                _bus.Name, (ask, _) => Task.FromResult(new Answer(ask.Number, owner)));

            Assert.Equal(owner, (await AskAsync(host, 1)).By);
        }
    }

    [Fact]
    public async Task Letting_a_responder_go_waits_for_the_request_in_work()
    {
        var host = await _bus.StartAsync(_ => { });
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var responder = await Connector(host).ConnectAsync<Ask, Answer>(_bus.Name, async (ask, _) =>
        {
            begun.TrySetResult();
            await finish.Task;
            return new Answer(ask.Number, "me");
        });

        var asking = AskAsync(host, 3);
        await begun.Task.WaitAsync(Patience);
        var letGo = responder.DisposeAsync().AsTask();
        Assert.False(letGo.IsCompleted);
        finish.SetResult();

        Assert.Equal(3, (await asking.WaitAsync(Patience)).Number);
        await letGo.WaitAsync(Patience);
    }

    private protected Task<IHost> StartWithResponderAsync(Uri? broker = null) => _bus.StartAsync(
        services => services.AddSingleton(new Responder.Identity(_bus.Name)),
        parts => parts.Responder<Ask, Answer, Responder>(_bus.Name), broker);

    private protected Task<Answer> AskAsync(IHost host, int number, TimeSpan? patience = null) =>
        host.Services.GetRequiredService<IRequests>()
            .AskAsync<Ask, Answer>(_bus.Name, new Ask(_bus.Name, number), patience ?? Patience);

    private static IResponderConnector Connector(IHost host) =>
        host.Services.GetRequiredService<IResponderConnector>();

    internal sealed class Responder(Responder.Identity identity) : IRequestHandler<Ask, Answer>
    {
        public Task<Answer> HandleAsync(Ask request, CancellationToken cancellationToken)
        {
            if (request.Number < 0)
                throw new InvalidOperationException("a negative number");
            return Task.FromResult(new Answer(request.Number, identity.Name));
        }

        internal sealed record Identity(string Name);
    }
}

public sealed class InMemoryRequestTests() : RequestCompliance(BusTransport.InMemory);

public sealed class RabbitMqRequestTests() : RequestCompliance(BusTransport.RabbitMq)
{
    [Fact]
    public async Task Requests_are_answered_again_when_both_sides_have_lost_their_connection()
    {
        await using var proxy = new CuttableProxy(TestServers.RabbitMq());
        var host = await StartWithResponderAsync(proxy.Address);
        await AskAsync(host, 1);

        proxy.Cut();

        // What is under way when the connection goes is lost: the caller asks again.
        await Until.IsTrueAsync(async () =>
        {
            try
            {
                return (await AskAsync(host, 2, TimeSpan.FromSeconds(1))).Number == 2;
            }
            catch (NoAnswerException)
            {
                return false;
            }
        });
    }
}
