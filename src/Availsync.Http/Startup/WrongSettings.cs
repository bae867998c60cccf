using Availsync.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Availsync.Http;

/// <summary>Says what is wrong with the configuration in lines for people, in place of a stack trace.</summary>
public static class WrongSettings
{
    /// <summary>
    /// Builds a service and runs it to its end. Where its settings are wrong it is not started: each mistake becomes a
    /// line on <paramref name="errors"/>. So does an address that is taken.
    /// </summary>
    /// <returns>The exit code: 0, or 1 where settings were wrong.</returns>
    public static async Task<int> RunAsync(Func<IHost> build, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            using var host = build();

            // The host would check by itself, but log what it finds with the whole stack, and stop at the first section.
            if (SettingsCheck.Mistakes(host.Services) is { Count: > 0 } mistakes)
            {
                foreach (var mistake in mistakes) await errors.WriteLineAsync(mistake);
                return 1;
            }

            await host.RunAsync();
            return 0;
        }
        catch (Exception exception) when (FailuresOf(exception) is { Count: > 0 } failures)
        {
            foreach (var failure in failures) await errors.WriteLineAsync(failure);
            return 1;
        }
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
