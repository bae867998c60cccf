using Availsync.Storage.Conventions;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Storage;

/// <summary>
/// The base of every context: snake_case names, one meaning of time on both engines, and on PostgreSQL the schema that
/// <see cref="StoreAttribute"/> names. An override of one of its two methods calls the base first.
/// </summary>
public abstract class StoreContext(DbContextOptions options) : DbContext(options)
{
    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Conventions.Add(_ => new SnakeCaseConvention());
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion(
            Database.IsSqlite() ? typeof(InstantAsMicroseconds) : typeof(InstantAsUtc));
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        if (!Database.IsSqlite())
            modelBuilder.HasDefaultSchema(StoreAttribute.Of(GetType()).Schema);
    }
}
