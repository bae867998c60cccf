using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Availsync.Settings;

/// <summary>Registers what can be set.</summary>
public static class SettingsRegistration
{
    /// <summary>
    /// Binds <typeparamref name="TOptions"/> to a section of the configuration, has it checked when the service starts,
    /// and makes its properties known: a key of that section that no options of the process have is a mistake.
    /// </summary>
    public static OptionsBuilder<TOptions> AddSettings<TOptions>(
        this IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton(new KnownSection(section, typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>>(
            new ReadableSettings<TOptions>(configuration.GetSection(section)));
        return services.AddOptions<TOptions>()
            .Configure(options => SettingsBinder.Bind(configuration.GetSection(section), options))
            .ValidateOnStart();
    }

    /// <summary>
    /// Makes a section known that has a subsection, with a name of the operator's choice, for each of several
    /// <typeparamref name="TOptions"/>. Reading it is the caller's.
    /// </summary>
    public static IServiceCollection AddNamedSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class =>
        services.AddSingleton(new KnownSection(section, typeof(TOptions)) { HasNames = true });
}
