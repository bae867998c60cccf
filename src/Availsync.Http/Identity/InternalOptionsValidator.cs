using Availsync.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Availsync.Http;

/// <summary>Refuses to start with a key that could be guessed.</summary>
internal sealed class InternalOptionsValidator : IValidateOptions<InternalOptions>
{
    public ValidateOptionsResult Validate(string? name, InternalOptions options) =>
        options.SigningKeyBytes().Length >= InternalOptions.KeyBytesMin
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Internal:SigningKey must be base64 of {InternalOptions.KeyBytesMin} random bytes or more.");
}

/// <summary>Registers the key that edge and accounting share.</summary>
public static class InternalIdentityRegistration
{
    /// <summary>
    /// Binds and checks <see cref="InternalOptions"/>; may be called by several services of one host.
    /// </summary>
    public static IServiceCollection AddInternalIdentity(
        this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSettings<InternalOptions>(configuration, InternalOptions.Section);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<InternalOptions>, InternalOptionsValidator>());
        return services;
    }
}
