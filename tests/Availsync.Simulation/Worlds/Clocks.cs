namespace Availsync.Simulation.Worlds;

/// <summary>The true time of a world. Nobody in it can see it: each instance and each client has a clock of its own.</summary>
internal sealed class WorldTime
{
    public static readonly DateTimeOffset Beginning = new(2026, 5, 22, 10, 30, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; set; } = Beginning;
}

/// <summary>
/// The clock of one instance. What it shows may jump; its timers count the time that really passes, as those of a real
/// machine do.
/// </summary>
internal sealed class InstanceClock(WorldTime time) : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private long _made;

    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => time.Now + Offset;

    public override long GetTimestamp() => time.Now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state, _made++);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The time of the next timer; null where none is set.</summary>
    public DateTimeOffset? NextDue => _timers.Count == 0 ? null : _timers.Min(t => t.Due);

    /// <summary>Lets everything fire that is due by now, each once.</summary>
    public void FireDue()
    {
        var due = _timers.Where(t => t.Due <= time.Now).OrderBy(t => t.Due).ThenBy(t => t.Number).ToList();
        foreach (var timer in due) timer.Fire();
    }

    private sealed class Timer(InstanceClock clock, TimerCallback callback, object? state, long number) : ITimer
    {
        private TimeSpan _period;

        public long Number { get; } = number;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            _period = period;
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            Due = clock.Now + dueTime;
            clock._timers.Add(this);
            return true;
        }

        public void Fire()
        {
            if (!clock._timers.Remove(this)) return; // One that fired before it has disposed of it.
            if (_period > TimeSpan.Zero) Change(_period, _period);
            callback(state);
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private DateTimeOffset Now => time.Now;
}
