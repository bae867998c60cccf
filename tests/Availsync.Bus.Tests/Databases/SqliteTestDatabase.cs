using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Availsync.Bus.Tests.Databases;

internal sealed class SqliteTestDatabase(DirectoryInfo directory) : TestDatabase
{
    public override IConfiguration Configuration { get; } =
        Settings(("Storage:Provider", "Sqlite"), ("Storage:Path", directory.FullName));

    public static Task<TestDatabase> CreateAsync() =>
        Task.FromResult<TestDatabase>(new SqliteTestDatabase(Directory.CreateTempSubdirectory("availsync-test-")));

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
