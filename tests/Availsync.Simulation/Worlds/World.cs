using Availsync.Arbiter;
using Availsync.Simulation.Clients;
using Availsync.Simulation.Models;
using Availsync.Simulation.Planting;
using Microsoft.Extensions.Options;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// A fleet of arbiters, their broker, their store and their clients, all on one thread. Each step one of them does one
/// thing, and chance says who: the same seed makes the same world.
/// </summary>
internal sealed class World : IDisposable
{
    public const int Partitions = 4;
    private const int Places = 3;

    private readonly Instance?[] _instances = new Instance?[Places];
    private readonly int[] _lives = new int[Places];
    private readonly DateTimeOffset[] _startsAt = new DateTimeOffset[Places];
    private readonly Ending _ending;

    public World(ulong seed, PlantedBug bug = PlantedBug.None)
    {
        Bug = bug;
        Chance = new Chance(seed);
        Store = new WorldStore();
        Broker = new Broker(this);
        Leases = new LeaseWatch(this);
        Model = new Model(Note, Fail);
        Replies = new Replies(Model, Fail);
        Clients = [.. Enumerable.Range(0, 2 * Cast.AgentsPerOrg).Select(n => new Client(this, n))];
        _ending = new Ending(this, sweeps: seed % 2 == 1);
    }

    public static IOptions<PartitionOptions> PartitionOptions { get; } =
        Options.Create(new PartitionOptions { Count = Partitions });

    public PlantedBug Bug { get; }

    public Chance Chance { get; }

    public WorldTime Time { get; } = new();

    public Trace Trace { get; } = new();

    public WorldStore Store { get; }

    public Broker Broker { get; }

    public LeaseWatch Leases { get; }

    public Model Model { get; }

    public Replies Replies { get; }

    public IReadOnlyList<Client> Clients { get; }

    public Mischief Mischief { get; private set; } = new();

    /// <summary>Nobody begins anything new any more; what was begun is brought to its end.</summary>
    public bool IsClosing { get; private set; }

    public int Steps { get; private set; }

    /// <summary>The first thing that went wrong; null as long as all is well.</summary>
    public string? Failure { get; private set; }

    public IEnumerable<Instance> Alive => _instances.OfType<Instance>().Where(i => i.IsAlive);

    /// <summary>Lives through so many steps, then lets all be well again, and looks whether everything comes to its end.</summary>
    public void Run(int steps)
    {
        while (Steps < steps && Failure is null)
        {
            Steps++;
            Step();
            if (Steps % 1000 == 0 && Failure is null) _ending.CheckStore();
        }

        if (Failure is null) _ending.Run();
    }

    public void Note(string line) => Trace.Add(FormattableString.Invariant(
        $"{Steps,6} {(Time.Now - WorldTime.Beginning).TotalSeconds,8:F3}s  {line}"));

    public void Fail(string why)
    {
        if (Failure is not null) return;
        Failure = why;
        Note("failed"); // Why is not part of the trace: it may name ids, and those are never the same.
    }

    /// <summary>The process is gone, and what was on its way in it.</summary>
    public void Crash(Instance instance)
    {
        if (!instance.IsAlive) return;
        instance.Die();
        Broker.Disconnect(instance);
        _startsAt[instance.Place] = Time.Now.AddMilliseconds(Chance.Between(0, 8000));
    }

    /// <summary>Makes all well: nothing fails, every clock is right, and everybody is there.</summary>
    public void Heal()
    {
        (Mischief, IsClosing) = (Mischief.None, true);
        foreach (var instance in Alive) (instance.StandsUntil, instance.Clock.Offset) = (null, TimeSpan.Zero);
        for (var place = 0; place < Places; place++) _startsAt[place] = Time.Now;
        Start();
    }

    /// <summary>Every arbiter stops as on SIGTERM, and others come in their places.</summary>
    public void ReplaceAll()
    {
        foreach (var instance in Alive.ToList()) instance.Leave();
    }

    /// <summary>Lets one do one thing that needs no time to pass; false where there is nothing.</summary>
    public bool TryWork()
    {
        var runnable = Alive.Where(i => i.Runs && i.Thread.HasWork).ToList();
        var clients = Clients.Where(c => c.IsDue || (c.Current is null && !IsClosing)).ToList();
        Span<int> weights =
        [
            runnable.Count > 0 ? 45 : 0,
            Broker.HasFlights ? 25 : 0,
            clients.Count > 0 ? 8 : 0,
            Leases.IsDue ? 4 : 0,
            Broker.HasEvents ? 5 : 0,
        ];
        var sum = 0;
        foreach (var weight in weights) sum += weight;
        if (sum == 0) return false;
        var chosen = 0;
        for (var left = Chance.Below(sum); left >= weights[chosen]; chosen++) left -= weights[chosen];
        switch (chosen)
        {
            case 0:
                Chance.Of(runnable).Thread.RunOne();
                break;
            case 1:
                Broker.DeliverOne();
                break;
            case 2:
                var client = Chance.Of(clients);
                if (client.Current is null) client.Begin();
                else client.GoOn();
                break;
            case 3:
                Leases.FireOne();
                break;
            default:
                Broker.DeliverEvents();
                break;
        }

        BuryDoomed();
        return true;
    }

    /// <summary>Time goes on, and with it whatever waits for it.</summary>
    public void Pass(TimeSpan span)
    {
        Broker.Leave();
        Time.Now += span;
        foreach (var instance in Alive.ToList())
        {
            if (instance.StandsUntil <= Time.Now)
            {
                Note($"{instance} wakes up");
                instance.StandsUntil = null;
            }

            if (instance.Runs) instance.Thread.Run(instance.Clock.FireDue);
        }

        Start();
    }

    /// <summary>When the next thing happens that waits for time to pass.</summary>
    public DateTimeOffset NextAt() => new[] { Broker.NextAt, Leases.NextAt, Clients.Min(c => c.NextAt) }
        .Concat(Alive.Select(i => i.Clock.NextDue))
        .Concat(_instances.Select((i, place) => i is { IsAlive: true } ? (DateTimeOffset?)null : _startsAt[place]))
        .Min() ?? Time.Now.AddSeconds(1);

    public void CountStep()
    {
        Steps++;
        BuryDoomed();
    }

    public void Dispose() => Store.Dispose();

    private void Step()
    {
        var kind = Chance.Below(100);
        if (kind == 0 && Chance.In1000(600)) DoMischief();
        else if (kind >= 10 && TryWork()) return;
        else Pass(SomeTime());
    }

    private TimeSpan SomeTime() => TimeSpan.FromMilliseconds(Chance.Below(100) switch
    {
        < 70 => Chance.Between(1, 80),
        < 95 => Chance.Between(80, 600),
        _ => Chance.Between(1000, 4000),
    });

    private void DoMischief()
    {
        var alive = Alive.ToList();
        if (alive.Count == 0) return;
        var instance = Chance.Of(alive);
        switch (Chance.Below(100))
        {
            case < 25:
                Note($"{instance} is killed");
                Crash(instance);
                break;
            case < 60 when instance.Runs:
                instance.StandsUntil = Time.Now.AddMilliseconds(Chance.Between(200, 15_000));
                Note($"{instance} stands still until {Model.Seconds(instance.StandsUntil.Value)}");
                break;
            case < 80:
                instance.Clock.Offset = TimeSpan.FromMilliseconds(Chance.In1000(700)
                    ? Chance.Between(-2000, 2000)
                    : Chance.Between(-30_000, 30_000));
                Note($"{instance} has its clock set by {instance.Clock.Offset.TotalMilliseconds} ms");
                break;
            case < 92:
                instance.Clock.Offset = TimeSpan.Zero;
                break;
            case < 100 when instance.Runs && !instance.IsLeaving:
                Note($"{instance} is asked to stop");
                instance.Leave();
                break;
        }
    }

    private void BuryDoomed()
    {
        foreach (var instance in Alive.Where(i => i.DiesAt <= Steps).ToList())
        {
            Note($"{instance} is gone");
            Crash(instance);
        }
    }

    private void Start()
    {
        for (var place = 0; place < Places; place++)
        {
            if (_instances[place] is { IsAlive: true } || _startsAt[place] > Time.Now) continue;
            var instance = new Instance(this, place, ++_lives[place]);
            _instances[place] = instance;
            Note($"{instance} starts");
            instance.Start();
        }
    }
}
