using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Availsync.Bus.Tests.Storage;

public sealed class StorageOptionsTests
{
    [Theory]
    [InlineData("Postgres", "", "Storage:ConnectionString is required")]
    [InlineData("Postgres", "Host", "Storage:ConnectionString is not a valid")]
    [InlineData("Postgres", "Database=x", "Storage:ConnectionString must name a Host")]
    [InlineData("7", "", "Storage:Provider must be Sqlite or Postgres")]
    public async Task A_wrong_setting_stops_the_start_with_its_name(string provider, string connection, string expected)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:Provider"] = provider,
            ["Storage:ConnectionString"] = connection,
        });
        builder.Services.AddStore<NotesContext, NotesContextSqlite, NotesContextPostgres>(builder.Configuration);
        using var host = builder.Build();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(failure.Failures, f => f.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_passwords_are_one_too_many()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:Provider"] = "Postgres",
            ["Storage:ConnectionString"] = "Host=nowhere;Password=hush",
            ["Storage:Password"] = "hush",
        });
        builder.Services.AddStore<NotesContext, NotesContextSqlite, NotesContextPostgres>(builder.Configuration);
        using var host = builder.Build();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        var told = Assert.Single(failure.Failures);
        Assert.StartsWith("Storage:ConnectionString has a password already", told, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_of_its_own_gets_into_the_connection()
    {
        using var provider = new ServiceCollection()
            .AddLogging()
            .AddStore<NotesContext, NotesContextSqlite, NotesContextPostgres>(
                new ConfigurationBuilder().AddInMemoryCollection(
                [
                    new("Storage:Provider", "Postgres"),
                    new("Storage:ConnectionString", "Host=nowhere;Database=d"),
                    new("Storage:Password", "a;b='c'"),
                ]).Build())
            .BuildServiceProvider();
        using var context = provider.GetRequiredService<IDbContextFactory<NotesContext>>().CreateDbContext();

        var connection = new NpgsqlConnectionStringBuilder(context.Database.GetConnectionString());

        Assert.Equal(("nowhere", "d", "a;b='c'"), (connection.Host, connection.Database, connection.Password));
    }

    [Fact]
    public void Names_become_snake_case()
    {
        using var provider = new ServiceCollection()
            .AddLogging()
            .AddStore<NotesContext, NotesContextSqlite, NotesContextPostgres>(
                new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Path", Path.GetTempPath())]).Build())
            .BuildServiceProvider();
        using var context = provider.GetRequiredService<IDbContextFactory<NotesContext>>().CreateDbContext();
        var entity = context.Model.FindEntityType(typeof(Note))!;

        Assert.Equal("notes", entity.GetTableName());
        Assert.Equal("plain_text", entity.FindProperty(nameof(Note.PlainText))!.GetColumnName());
        Assert.Equal("pk_notes", entity.FindPrimaryKey()!.GetName());
    }
}
