using System.Globalization;
using Availsync.Arbiter.Store;
using Availsync.Bus;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// <c>dotnet Availsync.Arbiter.dll partitions resize --to N</c>, with the settings of an arbiter. It serves nothing.
/// </summary>
internal static class PartitionsCommand
{
    private const string Usage = "usage: dotnet Availsync.Arbiter.dll partitions resize --to NUMBER   (1 to 1024)";

    /// <summary>Whether the command line asks for it, and not for a service.</summary>
    public static bool IsMeant(string[] args) => args is ["partitions", ..];

    /// <returns>The exit code: 0, 1 where it was refused, 2 where it was asked for in the wrong way.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter said, TextWriter errors)
    {
        if (args is not ["partitions", "resize", "--to", var number]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var to) || to is < 1 or > 1024)
        {
            await errors.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Configuration.AddSecretFiles();
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            AddTo(builder.Services, builder.Configuration);
            using var host = builder.Build();
            host.Services.GetRequiredService<IStartupValidator>().Validate();
            await host.StartAsync(); // The tables are brought up to date; nothing else is hosted here.
            await ResizeAsync(host.Services, to, said);
            await host.StopAsync();
            return 0;
        }
        catch (StartFailureException refused)
        {
            await errors.WriteLineAsync(refused.Message);
        }
        catch (OptionsValidationException wrong)
        {
            foreach (var failure in wrong.Failures) await errors.WriteLineAsync(failure);
        }

        return 1;
    }

    private static void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddStore<ArbiterDbContext, SqliteArbiterDbContext, PostgresArbiterDbContext>(configuration);
        services.AddSingleton<IStoreClock, StoreClock>();
        services.AddSingleton<PartitionResize>();
        services.AddRequestQueues(configuration);
    }

    private static async Task ResizeAsync(IServiceProvider services, int to, TextWriter said)
    {
        var queues = services.GetRequiredService<IRequestQueues>();
        var known = Enumerable.Range(0, 1024).Select(ArbiterQueues.Partition).ToList();
        var full = await queues.WaitingAsync(known);
        if (full.Count > 0)
        {
            throw new StartFailureException(
                $"Commands wait in {string.Join(", ", full)}: stop every edge, and try again in a few seconds.");
        }

        var from = await services.GetRequiredService<PartitionResize>().RunAsync(to);
        await queues.DeleteAsync([.. known.Skip(to)]);
        await said.WriteLineAsync(from == to
            ? $"The store has {to} partitions already."
            : $"The store had {from} partitions and has {to}. Set Partitions:Count={to} for every edge and arbiter, and start them.");
    }
}
