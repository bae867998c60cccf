using System.Net;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Targets;

/// <summary>A running product with real processes, and what a test may do to it. Started once for its collection.</summary>
public abstract class Target : IAsyncLifetime
{
    private readonly SocketsHttpHandler _handler = new()
    {
        MaxConnectionsPerServer = 256,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
    };

    private readonly List<HttpClient> _clients = [];
    private HttpClient? _http;

    /// <summary>Why the target cannot run here; null where it can.</summary>
    protected string? Missing { get; set; }

    /// <summary>All that the first start has announced, line by line.</summary>
    internal abstract Announced First { get; }

    /// <summary>Every edge, the first one first.</summary>
    internal abstract IReadOnlyList<Uri> Doors { get; }

    /// <summary>The arbiter's store, read past the product.</summary>
    internal abstract ArbiterStore Store { get; }

    /// <summary>Accounting's store, read past the product.</summary>
    internal abstract AccountingStore Accounts { get; }

    /// <summary>
    /// Settings of every target: no test is held up by the rate limit, and a plan bounds nothing but what runs at once.
    /// </summary>
    protected static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["RateLimits__PerKeyPerSecond"] = "0",
        [$"Plans__{FiveAtOnce}__ActiveClaims"] = "5",
    };

    /// <summary>A plan with room for five claims and no other bound.</summary>
    internal const string FiveAtOnce = "five_at_once";

    public static TimeProvider Clock => TimeProvider.System;

    public static CancellationToken Stopped => TestContext.Current.CancellationToken;

    internal WorkClient Work { get; private set; } = null!;

    /// <summary>A test that cannot run says so by name; on a build machine that is a failure.</summary>
    public void Require()
    {
        if (Missing is null) return;
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", Missing);
        Assert.Fail(Missing);
    }

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        if (Missing is not null) return;
        _http = At(Doors[0]);
        Work = ClientOf(First.Key, Doors[0]);
        await UntilAsync("ready", TimeSpan.FromSeconds(60), ReadyAsync);
        // The first calls of a process compile it; no test's seconds shall be measured on those.
        await UntilAsync("granting", TimeSpan.FromSeconds(30), async () =>
            (await Work.TryStartAsync("repo:warm/up", 5))?.Status == 200);
    }

    /// <summary>An agent, by its key, at one of the doors.</summary>
    internal WorkClient ClientOf(string apiKey, Uri door) => new(At(door, "Authorization", "Bearer " + apiKey));

    /// <summary>Whoever sends this header, or none, at one of the doors.</summary>
    internal HttpClient At(Uri door, string? header = null, string value = "")
    {
        var client = new HttpClient(_handler, disposeHandler: false)
        {
            BaseAddress = door,
            Timeout = TimeSpan.FromSeconds(20),
        };
        if (header is not null) client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        lock (_clients) _clients.Add(client);
        return client;
    }

    /// <summary>Every place where something of what was said may have been kept.</summary>
    internal abstract IAsyncEnumerable<Kept> KeptAsync();

    /// <summary>SIGKILL to whatever decides about claims.</summary>
    public abstract Task KillAsync();

    /// <summary>SIGTERM to it; true where it left by itself, in time and without an error.</summary>
    public abstract Task<bool> TerminateAsync();

    /// <summary>Starts it again; returns as soon as it says that it is ready.</summary>
    public abstract Task RestartAsync();

    public async Task<bool> ReadyAsync()
    {
        try
        {
            using var answer = await _http!.GetAsync("/health/ready", Stopped);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Asks until it is so; fails, naming it, when the time is over. Returns how long it took.</summary>
    public static async Task<TimeSpan> UntilAsync(string what, TimeSpan atMost, Func<Task<bool>> isSo)
    {
        var began = Clock.GetTimestamp();
        while (!await isSo())
        {
            var waited = Clock.GetElapsedTime(began);
            if (waited > atMost) Assert.Fail($"Not {what} within {atMost.TotalSeconds:F1} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Clock, Stopped);
        }

        return Clock.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        _handler.Dispose();
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task StartAsync();

    protected abstract Task StopAsync();
}
