using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Http;

/// <summary>What of the framework's own news is logged unless the configuration says otherwise.</summary>
public static class QuietLogs
{
    private static readonly string[] TalkativeCategories =
        ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Yarp.ReverseProxy"];

    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>
    /// Warnings only: their lines about each request would be most of the log. The rules go before those of the section
    /// <c>Logging</c>, of which the last one wins, so that naming the same category there brings the lines back.
    /// </summary>
    public static IServiceCollection AddQuietLogs(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<LoggerFilterOptions>().Configure<IServiceProvider>((options, provider) =>
        {
            foreach (var category in TalkativeCategories)
                options.Rules.Insert(0, new LoggerFilterRule(null, category, LogLevel.Warning, null));
            options.Rules.Insert(0, new LoggerFilterRule(
                null, Host, LogLevel.Information, (_, _, _) => !StopsBeforeItHasStarted(provider)));
        });
        return services;
    }

    /// <summary>The host takes it for a failure to start, whoever has asked for it.</summary>
    private static bool StopsBeforeItHasStarted(IServiceProvider services) =>
        services.GetService<IHostApplicationLifetime>() is
        {
            ApplicationStopping.IsCancellationRequested: true, ApplicationStarted.IsCancellationRequested: false,
        };
}
