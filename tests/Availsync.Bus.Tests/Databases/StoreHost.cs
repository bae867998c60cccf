using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Tests.Databases;

/// <summary>
/// Instances of a service over a test's database, whose tables come from the model, not from migrations.
/// </summary>
internal static class StoreHost
{
    public static async Task CreateTablesAsync<TContext, TSqlite, TPostgres>(TestDatabase database)
        where TContext : StoreContext
        where TSqlite : TContext
        where TPostgres : TContext
    {
        await using var services = new ServiceCollection().AddLogging()
            .AddStore<TContext, TSqlite, TPostgres>(database.Configuration).BuildServiceProvider();
        await using var context = await services.GetRequiredService<IDbContextFactory<TContext>>()
            .CreateDbContextAsync();
        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
    }

    public static async Task<IHost> StartAsync<TContext, TSqlite, TPostgres>(
        TestDatabase database, Action<IServiceCollection> services)
        where TContext : StoreContext
        where TSqlite : TContext
        where TPostgres : TContext
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddSimpleConsole();
        builder.Services.AddStore<TContext, TSqlite, TPostgres>(database.Configuration);
        services(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
