using Availsync.Bus.Tests.Databases;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Availsync.Bus.Tests.Storage;

/// <summary>What every store promises, whichever engine it is on.</summary>
public abstract class StoreCompliance(StorageProvider provider) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 22, 12, 0, 0, TimeSpan.Zero);

    private TestDatabase _database = null!;
    private IHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(provider);
        _host = await StartHostAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is null)
            return;
        _host.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_committed_write_is_read_by_others()
    {
        await using (var writer = Context())
        {
            await using var transaction = await writer.BeginWriteAsync();
            writer.Notes.Add(new Note { PlainText = "kept", WrittenAt = Noon });
            await writer.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        await using var reader = Context();
        Assert.Equal("kept", (await reader.Notes.SingleAsync()).PlainText);
    }

    [Fact]
    public async Task A_transaction_that_is_left_without_a_commit_changes_nothing()
    {
        await using (var writer = Context())
        {
            await using var transaction = await writer.BeginWriteAsync();
            writer.Notes.Add(new Note { PlainText = "lost", WrittenAt = Noon });
            await writer.SaveChangesAsync();
        }

        await using var reader = Context();
        Assert.Empty(await reader.Notes.ToListAsync());
    }

    [Fact]
    public async Task Times_are_compared_as_instants_and_come_back_in_utc_to_the_microsecond()
    {
        var odd = Noon.AddTicks(1234567);
        await WriteAsync(
            new Note { PlainText = "a", WrittenAt = odd.ToOffset(TimeSpan.FromHours(9)) },
            new Note { PlainText = "b", WrittenAt = Noon.AddHours(-1).ToOffset(TimeSpan.FromHours(-8)) });

        await using var reader = Context();
        var early = await reader.Notes.Where(n => n.WrittenAt < Noon).Select(n => n.PlainText).ToListAsync();
        var ordered = await reader.Notes.OrderBy(n => n.WrittenAt).ToListAsync();

        Assert.Equal(["b"], early);
        Assert.Equal(["b", "a"], ordered.Select(n => n.PlainText));
        Assert.Equal(Noon.AddTicks(1234560), ordered[1].WrittenAt);
        Assert.Equal(TimeSpan.Zero, ordered[1].WrittenAt.Offset);
    }

    [Fact]
    public async Task Many_writers_at_once_all_get_through()
    {
        await WriteAsync(new Note { PlainText = "0", WrittenAt = Noon });

        await Parallel.ForEachAsync(Enumerable.Range(0, 50), async (_, token) =>
        {
            await using var context = Context();
            await using var transaction = await context.BeginWriteAsync(token);
            var sql = $"UPDATE {context.TableOf<Note>()}"
                + " SET plain_text = CAST(CAST(plain_text AS integer) + 1 AS text)";
            await context.Database.ExecuteSqlRawAsync(sql, token);
            await transaction.CommitAsync(token);
        });

        await using var reader = Context();
        Assert.Equal("50", (await reader.Notes.SingleAsync()).PlainText);
    }

    [Fact]
    public async Task Several_instances_may_start_on_an_empty_database_at_once()
    {
        await using var empty = await TestDatabase.CreateAsync(provider);

        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => StartHostAsync(empty))));

        foreach (var host in hosts)
        {
            await using (var context = await host.Services.GetRequiredService<IDbContextFactory<NotesContext>>()
                .CreateDbContextAsync())
            {
                Assert.Equal(["20260101000000_Notes"], await context.Database.GetAppliedMigrationsAsync());
            }

            host.Dispose();
        }
    }

    private protected NotesContext Context() =>
        _host.Services.GetRequiredService<IDbContextFactory<NotesContext>>().CreateDbContext();

    private protected Task<IHost> StartHostAsync() => StartHostAsync(_database);

    private static async Task<IHost> StartHostAsync(TestDatabase database)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddStore<NotesContext, NotesContextSqlite, NotesContextPostgres>(database.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task WriteAsync(params Note[] notes)
    {
        await using var context = Context();
        await using var transaction = await context.BeginWriteAsync();
        context.Notes.AddRange(notes);
        await context.SaveChangesAsync();
        await transaction.CommitAsync();
    }
}

public sealed class PostgresStoreTests() : StoreCompliance(StorageProvider.Postgres);
