using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Tests.Storage;

public sealed class SqliteStoreTests() : StoreCompliance(StorageProvider.Sqlite)
{
    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("foreign_keys", "1")]
    [InlineData("busy_timeout", "5000")]
    public async Task A_connection_is_set_up_to_lose_nothing(string pragma, string expected)
    {
        await using var context = Context();
        await context.Database.OpenConnectionAsync();
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";

        Assert.Equal(expected, (await command.ExecuteScalarAsync())?.ToString());
    }

    [Fact]
    public async Task A_migration_lock_left_by_a_killed_process_does_not_keep_the_next_one_out()
    {
        await using (var context = Context())
        {
            await context.Database.ExecuteSqlRawAsync(
                """
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');
                DELETE FROM "__migrations_notes";
                DROP TABLE notes;
                """);
        }

        using var second = await StartHostAsync().WaitAsync(TimeSpan.FromSeconds(20));

        await using var reader = Context();
        Assert.Empty(await reader.Notes.ToListAsync());
    }
}
