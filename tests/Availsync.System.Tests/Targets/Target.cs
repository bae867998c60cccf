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

    private HttpClient? _http;

    /// <summary>Why the target cannot run here; null where it can.</summary>
    protected string? Missing { get; set; }

    /// <summary>The agent key of the first start.</summary>
    protected abstract string Key { get; }

    protected abstract Uri Address { get; }

    /// <summary>The arbiter's store, read past the product.</summary>
    internal abstract ArbiterStore Store { get; }

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
        _http = new HttpClient(_handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        Work = new WorkClient(_http);
        await UntilAsync("ready", TimeSpan.FromSeconds(60), ReadyAsync);
        // The first calls of a process compile it; no test's seconds shall be measured on those.
        await UntilAsync("granting", TimeSpan.FromSeconds(30), async () =>
            (await Work.TryStartAsync("repo:warm/up", 5))?.Status == 200);
    }

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
        _http?.Dispose();
        _handler.Dispose();
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task StartAsync();

    protected abstract Task StopAsync();
}
