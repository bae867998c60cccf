using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Availsync.Operations.Health;

internal static class HealthRegistration
{
    /// <summary>The tag of the checks that make a service ready; the bus brings one of its own.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Whoever asks wants to know now: what does not answer in this time is not well.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    public static void AddBoundedHealthChecks(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<DrainHealth>("draining", tags: [ReadyTag]);
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations) check.Timeout = Bound;
        });
    }
}
