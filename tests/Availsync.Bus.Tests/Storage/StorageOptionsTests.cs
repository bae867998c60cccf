using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

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
