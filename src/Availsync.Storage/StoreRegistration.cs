using Availsync.Settings;
using Availsync.Storage.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Availsync.Storage;

/// <summary>Registers stores.</summary>
public static class StoreRegistration
{
    /// <summary>
    /// Registers a pooled <see cref="IDbContextFactory{TContext}"/> and a scoped <typeparamref name="TContext"/> on
    /// the configured engine, and brings the tables up to date before any hosted service starts.
    /// </summary>
    /// <typeparam name="TContext">The context that code uses; it carries a <see cref="StoreAttribute"/>.</typeparam>
    /// <typeparam name="TSqlite">Derived only to carry the migrations for SQLite.</typeparam>
    /// <typeparam name="TPostgres">Derived only to carry the migrations for PostgreSQL.</typeparam>
    public static IServiceCollection AddStore<TContext, TSqlite, TPostgres>(
        this IServiceCollection services, IConfiguration configuration)
        where TContext : StoreContext
        where TSqlite : TContext
        where TPostgres : TContext
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSettings<StorageOptions>(configuration, StorageOptions.Section);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.AddSingleton(provider => StoreFactory.Create<TContext, TSqlite, TPostgres>(
            provider.GetRequiredService<IOptions<StorageOptions>>().Value, provider));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
        services.AddHostedService<MigrationsAtStart<TContext>>();
        return services;
    }
}
