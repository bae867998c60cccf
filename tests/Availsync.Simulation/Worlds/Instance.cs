namespace Availsync.Simulation.Worlds;

/// <summary>One run of one arbiter process, from its start to its death.</summary>
internal sealed class Instance
{
    private readonly World _world;
    private readonly string _name;

    public Instance(World world, int place, int life)
    {
        (_world, Place, Life, _name) = (world, place, life, FormattableString.Invariant($"i{place}.{life}"));
        Thread = new InstanceThread(world.Chance, world.Fail);
        Clock = new InstanceClock(world.Time);
        Store = new InstanceStore(world, this);
        Process = new ArbiterProcess(world, this);
    }

    /// <summary>Which of the places for arbiters it has; a restarted one has the same.</summary>
    public int Place { get; }

    public int Life { get; }

    public InstanceThread Thread { get; }

    public InstanceClock Clock { get; }

    public InstanceStore Store { get; }

    public ArbiterProcess Process { get; }

    public bool IsAlive { get; private set; } = true;

    public bool IsLeaving { get; private set; }

    /// <summary>Until then it stands still, and wakes up late.</summary>
    public DateTimeOffset? StandsUntil { get; set; }

    /// <summary>The step at which it dies, where that is settled.</summary>
    public int? DiesAt { get; private set; }

    public bool Runs => IsAlive && StandsUntil is null;

    public void Start() => Thread.Run(() =>
    {
        foreach (var task in Process.Start()) _ = WatchAsync(task);
    });

    /// <summary>As on SIGTERM.</summary>
    public void Leave()
    {
        IsLeaving = true;
        Thread.Run(() => _ = WatchAsync(LeaveAsync()));
    }

    public void Die()
    {
        IsAlive = false;
        Thread.End();
    }

    public void DieSoon() => DiesAt ??= _world.Steps + 12;

    public override string ToString() => _name;

    private async Task LeaveAsync()
    {
        await Process.StopAsync();
        DieSoon();
    }

    private async Task WatchAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception exception)
        {
            _world.Fail($"A loop of {_name} has ended: {exception}");
        }
    }
}
