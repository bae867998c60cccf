using Availsync.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Availsync.Operations.Shutdown;

/// <summary>
/// Holds the end of a process back until whoever spreads the calls has noticed. When this begins readiness has been
/// taken back already, streams have been ended and those who wait have been sent on; all else is served as before.
/// </summary>
internal sealed class Draining(
    IOptions<ShutdownOptions> options, IHostApplicationLifetime process, TimeProvider time) : IHostedLifecycleService
{
    private bool _drained;

    /// <summary>
    /// Once: a host that is disposed of is stopped again. And not where it has never served, so that nobody has to notice.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_drained || !process.ApplicationStarted.IsCancellationRequested) return;
        await Task.Delay(TimeSpan.FromSeconds(options.Value.DrainSeconds), time, cancellationToken);
        _drained = true;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal static class DrainingRegistration
{
    public static void AddDraining(this IServiceCollection services)
    {
        services.AddHostedService<Draining>();

        // Asked for while the host is being built, before anything is checked: wrong settings are told of with all others.
        services.AddOptions<HostOptions>().Configure<IConfiguration>((host, configuration) =>
        {
            var shutdown = new ShutdownOptions();
            SettingsBinder.Bind(configuration.GetSection(ShutdownOptions.Section), shutdown);
            host.ShutdownTimeout = Bounded(shutdown.DrainSeconds) + Bounded(shutdown.FinishSeconds);
        });
    }

    private static TimeSpan Bounded(double seconds) =>
        TimeSpan.FromSeconds(seconds is >= 0 and <= ShutdownOptions.SecondsMax ? seconds : ShutdownOptions.SecondsMax);
}
