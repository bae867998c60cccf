namespace Availsync.Contract.Tests;

/// <summary>Something that answers on <c>/v1</c>. Started by the first test that needs it, once a run.</summary>
public abstract class Target : IAsyncDisposable
{
    private readonly SemaphoreSlim _once = new(1);
    private Exception? _failure;
    private bool _started;
    private Workspace? _shared;

    /// <summary>How failures name it.</summary>
    public abstract string Name { get; }

    /// <summary>Why it cannot run on this machine, or null where it can.</summary>
    public virtual string? Unavailable => null;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; protected set; } = new("http://127.0.0.1/");

    /// <summary>Every address that answers: one for each edge.</summary>
    public virtual IReadOnlyList<Uri> Addresses => [Address];

    /// <summary>What its first start has printed: the key of the first agent.</summary>
    public string FirstKey { get; protected set; } = "";

    /// <summary>What its first start has printed: <c>EMAIL / PASSWORD</c>.</summary>
    public string FirstSignIn { get; protected set; } = "";

    /// <summary>Makes sure that it runs. A start that failed is not tried again by every test.</summary>
    public async Task EnsureStartedAsync()
    {
        await _once.WaitAsync();
        try
        {
            if (_failure is not null) throw new InvalidOperationException($"{Name} did not start.", _failure);
            if (_started) return;
            await StartAsync();
            _started = true;
        }
        catch (Exception exception) when (_failure is null)
        {
            _failure = exception;
            throw;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>A workspace for all tests that do not mind each other's agents.</summary>
    public async Task<Workspace> SharedWorkspaceAsync()
    {
        await _once.WaitAsync();
        try
        {
            return _shared ??= await WarmedUpAsync(await Workspace.SignUpAsync(this));
        }
        finally
        {
            _once.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _once.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// The first start compiles all that it goes through, while the other target may be starting too: what is promised of
    /// a call's time is promised of a service that has begun to work.
    /// </summary>
    private static async Task<Workspace> WarmedUpAsync(Workspace shared)
    {
        var agent = await shared.NewAgentAsync();
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(60),
            async () => (await agent.StartAsync($"repo:warm/{Unique.Name()}", duration_seconds: 5)).Status == 200,
            "a first claim is granted");
        return shared;
    }

    protected abstract Task StartAsync();

    protected abstract ValueTask StopAsync();
}
