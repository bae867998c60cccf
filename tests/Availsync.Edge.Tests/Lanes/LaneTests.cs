using Availsync.Contracts;
using Availsync.Edge.Lanes;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Edge.Tests.Lanes;

public sealed class LaneTests : IAsyncDisposable
{
    private static readonly Outcome Done = new Outcome.NothingDue(null);

    private readonly FakeTimeProvider _time = new(Some.Now);
    private readonly FakeRequests _requests = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _answer = new(0);
    private readonly List<LaneMap> _lanes = [];

    public async ValueTask DisposeAsync()
    {
        _answer.Release(1000);
        foreach (var lanes in _lanes) await lanes.DisposeAsync();
        _arrived.Dispose();
        _answer.Dispose();
    }

    [Fact]
    public async Task A_lone_command_leaves_at_once()
    {
        _requests.OnCommand(Decided);
        var reply = await Lanes().AskAsync(Command(1), CancellationToken.None);
        Assert.Equal(Answered(1), reply);
    }

    [Fact]
    public async Task What_gathers_while_a_message_is_on_its_way_travels_as_the_next_in_order()
    {
        AnswerWhenTold();
        var lanes = Lanes();
        var first = lanes.AskAsync(Command(1), CancellationToken.None);
        await _arrived.WaitAsync();
        var rest = Enumerable.Range(2, 300).Select(i => lanes.AskAsync(Command(i), CancellationToken.None)).ToList();
        Assert.Single(_requests.Asked);

        _answer.Release(3);
        Assert.Equal(Answered(1), await first);
        Assert.Equal(Enumerable.Range(2, 300).Select(Answered), await Task.WhenAll(rest));
        Assert.Equal([1, 256, 44], _requests.Asked.Cast<Decide>().Select(d => d.Commands.Count));
        Assert.Equal(Enumerable.Range(1, 301).Select(i => $"{i}"), _requests.Commands.Select(c => c.RequestId));
    }

    [Fact]
    public async Task A_message_stays_small_however_large_its_commands_are()
    {
        AnswerWhenTold();
        var lanes = Lanes();
        var first = lanes.AskAsync(Command(1), CancellationToken.None);
        await _arrived.WaitAsync();
        var large = Enumerable.Range(2, 20)
            .Select(i => lanes.AskAsync(LargeCommand(i), CancellationToken.None)).ToList();
        _answer.Release(100);
        await first;
        await Task.WhenAll(large);
        var sizes = _requests.Asked.Cast<Decide>().Select(d => d.Commands.Sum(c => CommandWeight.Of(c.Command)));
        Assert.All(sizes, size => Assert.InRange(size, 1, 1024 * 1024));
        Assert.Equal(21, _requests.Commands.Count());
    }

    [Fact]
    public async Task An_undecided_command_is_sent_again_in_front_of_those_that_came_later()
    {
        var calls = 0;
        _requests.OnAsync<Decide>(async (question, stopped) =>
        {
            _arrived.Release();
            await _answer.WaitAsync(stopped);
            return Interlocked.Increment(ref calls) == 1
                ? new Decided([.. question.Commands.Select(_ => new Reply.Undecided())])
                : new Decided([.. question.Commands.Select(Decided)]);
        });
        var lanes = Lanes();
        var first = lanes.AskAsync(Command(1), CancellationToken.None);
        await _arrived.WaitAsync();
        var second = lanes.AskAsync(Command(2), CancellationToken.None);
        _answer.Release(2);
        await AdvanceUntilAsync(Task.WhenAll(first, second));
        Assert.Equal((Answered(1), Answered(2)), (await first, await second));
        Assert.Equal(["1", "1", "2"], _requests.Commands.Select(c => c.RequestId));
    }

    [Fact]
    public async Task A_command_that_stays_undecided_is_given_up_at_its_deadline()
    {
        _requests.OnCommand(_ => new Reply.Undecided());
        var asked = Lanes().AskAsync(Command(1), CancellationToken.None);
        await AdvanceUntilAsync(asked);
        Assert.Null(await asked);
        Assert.InRange(_time.GetUtcNow() - Some.Now, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.1));
        Assert.InRange(_requests.Asked.Count, 5, 50);
    }

    [Fact]
    public async Task A_commit_of_unknown_fate_is_not_sent_again()
    {
        _requests.OnCommand(_ => new Reply.Unknown());
        Assert.IsType<Reply.Unknown>(await Lanes().AskAsync(Command(1), CancellationToken.None));
        Assert.Single(_requests.Asked);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_to_the_deadline()
    {
        AnswerWhenTold();
        var asked = Lanes().AskAsync(Command(1), CancellationToken.None);
        await _arrived.WaitAsync();
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(await asked);
    }

    [Fact]
    public async Task A_broken_bus_is_told_at_once()
    {
        Assert.Null(await Lanes().AskAsync(Command(1), CancellationToken.None));
    }

    [Fact]
    public async Task Replies_that_do_not_fit_the_commands_are_nobody_s()
    {
        _requests.On<Decide>(_ => new Decided([]));
        Assert.Null(await Lanes().AskAsync(Command(1), CancellationToken.None));
    }

    [Fact]
    public async Task A_command_whose_client_has_hung_up_before_it_was_sent_is_never_sent()
    {
        AnswerWhenTold();
        var lanes = Lanes();
        var first = lanes.AskAsync(Command(1), CancellationToken.None);
        await _arrived.WaitAsync();
        using var client = new CancellationTokenSource();
        var second = lanes.AskAsync(Command(2), client.Token);
        var third = lanes.AskAsync(Command(3), CancellationToken.None);
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _answer.Release(2);
        await Task.WhenAll(first, third);
        Assert.Equal(["1", "3"], _requests.Commands.Select(c => c.RequestId));
    }

    [Fact]
    public async Task A_full_lane_refuses_at_once()
    {
        AnswerWhenTold();
        var lanes = Lanes(waitingMax: 2);
        var first = lanes.AskAsync(Command(1), CancellationToken.None);
        await _arrived.WaitAsync();
        var waiting = new[] { 2, 3 }.Select(i => lanes.AskAsync(Command(i), CancellationToken.None)).ToList();
        Assert.Null(await lanes.AskAsync(Command(4), CancellationToken.None));
        _answer.Release(2);
        await Task.WhenAll(waiting.Append(first));
        Assert.DoesNotContain("4", _requests.Commands.Select(c => c.RequestId));
    }

    [Fact]
    public async Task A_command_goes_to_the_queue_of_its_root_s_partition()
    {
        var queues = new List<string>();
        var lanes = Lanes(partitions: 16, new QueueNames(queues));
        var command = Command(1);
        await lanes.AskAsync(command, CancellationToken.None);
        Assert.Equal([$"arbiter.p{command.Command.Slot.Partition(16):D2}"], queues);
    }

    [Fact]
    public async Task Whoever_still_waits_at_the_end_is_told_that_nothing_came()
    {
        _requests.OnAsync<Decide>(async (_, stopped) =>
        {
            _arrived.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopped);
            return new Decided([]);
        });
        var lanes = Lanes();
        var sent = lanes.AskAsync(Command(1), CancellationToken.None);
        await _arrived.WaitAsync();
        var waiting = lanes.AskAsync(Command(2), CancellationToken.None);
        await lanes.DisposeAsync();
        _lanes.Clear();
        Assert.Equal((null, null), (await sent, await waiting));
    }

    private LaneMap Lanes(int waitingMax = 4096) => Lanes(1, _requests, waitingMax);

    private LaneMap Lanes(int partitions, Bus.Requests.IRequests requests, int waitingMax = 4096)
    {
        var lanes = new LaneMap(
            requests, SomeMetrics.Edge, _time, Options.Create(new PartitionOptions { Count = partitions }),
            Options.Create(new EdgeOptions { LaneQueueMax = waitingMax }), NullLogger<LaneMap>.Instance);
        _lanes.Add(lanes);
        return lanes;
    }

    private void AnswerWhenTold() => _requests.OnAsync<Decide>(async (question, stopped) =>
    {
        _arrived.Release();
        await _answer.WaitAsync(stopped);
        return new Decided([.. question.Commands.Select(Decided)]);
    });

    /// <summary>Lets time pass in small steps, each after everything that the last one has woken has run.</summary>
    private async Task AdvanceUntilAsync(Task done)
    {
        while (!done.IsCompleted && _time.GetUtcNow() < Some.Now.AddMinutes(1))
        {
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
            _time.Advance(TimeSpan.FromMilliseconds(25));
        }
    }

    private static CommandEnvelope Command(int number) =>
        new(new RevokeClaim(new ClaimId(Some.Id(7)), Some.OrgId), Some.Now.AddSeconds(5), $"{number}", null);

    private static CommandEnvelope LargeCommand(int number)
    {
        var paths = Enumerable.Range(0, 200).Select(i => Some.Path(new string('a', 1000) + i)).ToList();
        var declaration = new WorkingSetDeclaration(AccessMode.Edit, paths, null, WorkingSetOperation.Replace, null);
        return Command(number) with
        {
            Command = new DeclareWorkingSet(
                new Caller(Some.OrgId, Some.Agent.Id, "a", null), new ClaimId(Some.Id(7)), declaration),
        };
    }

    private static Reply Answered(int number) => new Reply.Answered(Done, $"{number}", false, null);

    private static Reply Decided(CommandEnvelope envelope) => new Reply.Answered(Done, envelope.RequestId, false, null);

    private sealed class QueueNames(List<string> queues) : Bus.Requests.IRequests
    {
        public Task<TReply> AskAsync<TRequest, TReply>(
            string queue, TRequest request, TimeSpan? timeout, CancellationToken cancellationToken)
            where TRequest : class
            where TReply : class
        {
            queues.Add(queue);
            throw new Bus.Requests.NoAnswerException("Only the name matters.");
        }
    }
}
