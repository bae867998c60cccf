using Availsync.Edge.Access;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Edge.Tests.Access;

public sealed class ShortMemoryTests
{
    private static readonly Guid OrgA = Some.Id(1);
    private static readonly Guid OrgB = Some.Id(2);

    private readonly FakeTimeProvider _time = new(Some.Now);
    private readonly ShortMemory<string, Value> _memory;
    private int _lookUps;

    public ShortMemoryTests() => _memory = Memory(capacity: 100);

    [Fact]
    public async Task A_value_is_looked_up_once_a_minute()
    {
        Assert.True((await FindAsync("a")).Fresh);
        _time.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False((await FindAsync("a")).Fresh);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True((await FindAsync("a")).Fresh);
        Assert.Equal(2, _lookUps);
    }

    [Fact]
    public async Task A_value_that_ends_earlier_is_not_kept_longer()
    {
        await FindAsync("a", new Value(OrgA, Some.Now.AddSeconds(10)));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False((await FindAsync("a")).Fresh);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await FindAsync("a")).Fresh);
    }

    [Fact]
    public async Task What_is_not_there_is_asked_for_every_time()
    {
        for (var i = 0; i < 2; i++)
            Assert.Null((await _memory.FindAsync("a", Missing, CancellationToken.None)).Value);
        Assert.Equal(2, _lookUps);
    }

    [Fact]
    public async Task A_changed_workspace_is_forgotten_and_no_other()
    {
        await FindAsync("a", new Value(OrgA, null));
        await FindAsync("b", new Value(OrgB, null));
        _memory.Forget(OrgA);
        Assert.True((await FindAsync("a")).Fresh);
        Assert.False((await FindAsync("b")).Fresh);
    }

    [Fact]
    public async Task Everything_is_forgotten_when_changes_may_have_been_missed()
    {
        await FindAsync("a");
        await FindAsync("b");
        _memory.ForgetAll();
        Assert.True((await FindAsync("a")).Fresh);
        Assert.True((await FindAsync("b")).Fresh);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_looked_up_while_something_is_forgotten_is_answered_but_not_kept(bool all)
    {
        var lookUp = new TaskCompletionSource<Value?>();
        var asked = FindAsync("a", lookUp.Task);
        if (all) _memory.ForgetAll();
        else _memory.Forget(OrgB);
        lookUp.SetResult(new Value(OrgA, null));
        Assert.NotNull((await asked).Value);
        Assert.True((await FindAsync("a")).Fresh);
    }

    [Fact]
    public async Task Whoever_asks_after_a_change_is_not_told_what_was_asked_for_before_it()
    {
        var before = new TaskCompletionSource<Value?>();
        var early = FindAsync("a", before.Task);
        _memory.Forget(OrgA);
        var late = await _memory.FindAsync("a", Missing, CancellationToken.None);
        before.SetResult(new Value(OrgA, null));
        Assert.Null(late.Value);
        Assert.NotNull((await early).Value);
        Assert.Null((await _memory.FindAsync("a", Missing, CancellationToken.None)).Value);
    }

    [Fact]
    public async Task Many_that_ask_for_one_key_share_one_look_up()
    {
        var lookUp = new TaskCompletionSource<Value?>();
        var asked = Enumerable.Range(0, 30).Select(_ => FindAsync("a", lookUp.Task)).ToList();
        lookUp.SetResult(new Value(OrgA, null));
        Assert.All(await Task.WhenAll(asked), found => Assert.NotNull(found.Value));
        Assert.Equal(1, _lookUps);
    }

    [Fact]
    public async Task One_that_gives_up_does_not_take_the_look_up_from_the_others()
    {
        var lookUp = new TaskCompletionSource<Value?>();
        using var client = new CancellationTokenSource();
        var first = _memory.FindAsync("a", _ => Counted(lookUp.Task), client.Token).AsTask();
        var second = FindAsync("a", lookUp.Task);
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        lookUp.SetResult(new Value(OrgA, null));
        Assert.NotNull((await second).Value);
    }

    [Fact]
    public async Task A_failure_reaches_all_that_wait_and_is_not_kept()
    {
        var lookUp = new TaskCompletionSource<Value?>();
        var asked = new[] { FindAsync("a", lookUp.Task), FindAsync("a", lookUp.Task) };
        lookUp.SetException(new TimeoutException());
        foreach (var one in asked) await Assert.ThrowsAsync<TimeoutException>(() => one);
        Assert.NotNull((await FindAsync("a")).Value);
    }

    [Fact]
    public async Task The_memory_is_bounded_and_keeps_the_newest()
    {
        var memory = Memory(capacity: 10);
        for (var i = 0; i < 1000; i++)
            await memory.FindAsync($"{i}", _ => Counted(Task.FromResult<Value?>(new Value(OrgA, null))), default);
        var kept = 0;
        for (var i = 0; i < 1000; i++)
        {
            var found = await memory.FindAsync($"{i}", Missing, CancellationToken.None);
            if (found.Value is not null) kept++;
        }

        Assert.InRange(kept, 5, 10);
        Assert.NotNull((await memory.FindAsync("999", Missing, CancellationToken.None)).Value);
    }

    private ShortMemory<string, Value> Memory(int capacity) =>
        new(_time, capacity, new MemoryRules<Value>(value => value.OrgId, value => value.Until));

    private Task<Found<Value>> FindAsync(string key, Value? value = null) =>
        FindAsync(key, Task.FromResult<Value?>(value ?? new Value(OrgA, null)));

    private Task<Found<Value>> FindAsync(string key, Task<Value?> lookUp) =>
        _memory.FindAsync(key, _ => Counted(lookUp), CancellationToken.None).AsTask();

    private Task<Value?> Missing(string key) => Counted(Task.FromResult<Value?>(null));

    private Task<Value?> Counted(Task<Value?> lookUp)
    {
        _lookUps++;
        return lookUp;
    }

    private sealed record Value(Guid OrgId, DateTimeOffset? Until);
}
