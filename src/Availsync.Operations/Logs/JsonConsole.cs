using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Availsync.Operations.Logs;

/// <summary>Logs for machines to read: a JSON object a line, with the scopes, of which <c>request_id</c> is one.</summary>
internal static class JsonConsole
{
    private const string FormatKey = "Logging:Console:FormatterName";

    public static IServiceCollection AddJsonConsole(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (!string.IsNullOrEmpty(configuration[FormatKey])) return services;
        return services.AddLogging(logging => logging.AddJsonConsole(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        }));
    }
}
