using System.Runtime.InteropServices;
using Availsync.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Availsync.Http;

/// <summary>Says what is wrong with the configuration in lines for people, in place of a stack trace.</summary>
public static class WrongSettings
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Builds a service and runs it to its end. Where its settings are wrong it is not started: each mistake becomes a
    /// line on <paramref name="errors"/>. So does an address that is taken. Where it is asked to stop before it has begun
    /// to serve it ends as it does later: in order, and without a word.
    /// </summary>
    /// <returns>The exit code: 0, or 1 where settings were wrong.</returns>
    public static Task<int> RunAsync(Func<IHost> build, TextWriter errors) => RunAsync(build, _ => { }, errors);

    /// <summary>
    /// The same for a service that is put together in two steps: <paramref name="complete"/> may ask for what reads
    /// settings, since they are right by then.
    /// </summary>
    public static async Task<int> RunAsync<THost>(Func<THost> build, Action<THost> complete, TextWriter errors)
        where THost : IHost
    {
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(complete);
        ArgumentNullException.ThrowIfNull(errors);
        using var asked = new CancellationTokenSource();
        using var asking = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            // The host listens by itself, but not before it starts: until then the signal would be the end.
            signal.Cancel = true;
            asked.Cancel();
        });
        try
        {
            using var host = build();

            // The host would check by itself, but log what it finds with the whole stack, and stop at the first section.
            if (SettingsCheck.Mistakes(host.Services) is { Count: > 0 } mistakes)
            {
                foreach (var mistake in mistakes) await errors.WriteLineAsync(mistake);
                return 1;
            }

            complete(host);
            await using var end = (IAsyncDisposable)host;
            if (await StartAsync(host, asked.Token)) await host.WaitForShutdownAsync(CancellationToken.None);
            return 0;
        }
        catch (Exception exception) when (FailuresOf(exception) is { Count: > 0 } failures)
        {
            foreach (var failure in failures) await errors.WriteLineAsync(failure);
            return 1;
        }
    }

    /// <summary>False where it was asked to stop meanwhile. What had begun by then has ended.</summary>
    private static async Task<bool> StartAsync(IHost host, CancellationToken asked)
    {
        var process = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(asked, process.ApplicationStopping);
        var starting = host.StartAsync(asked);
        try
        {
            await starting.WaitAsync(over.Token);
        }
        catch (Exception) when (over.IsCancellationRequested)
        {
            // It gives up by itself, unless it waits for a server that does not even hear that: then it is left behind.
            await starting.WaitAsync(Patience, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (starting.IsCompletedSuccessfully) return true;
            await host.StopAsync(CancellationToken.None);
            return false;
        }

        return true;
    }

    /// <summary>The mistakes of several sections come in one aggregate.</summary>
    private static List<string> FailuresOf(Exception exception) => exception switch
    {
        OptionsValidationException wrong => [.. wrong.Failures],
        StartFailureException failure => [failure.Message],
        IOException { InnerException: AddressInUseException } taken => [taken.Message],
        AggregateException several when several.InnerExceptions.All(e => e is OptionsValidationException) =>
            [.. several.InnerExceptions.SelectMany(FailuresOf)],
        _ => [],
    };
}
