using System.Net;
using System.Net.Sockets;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Operations;

/// <summary>A supervisor may change its mind while a service is still starting.</summary>
public sealed class StoppedEarlyTests : IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("availsync-early-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The database takes the connection and says nothing: the start cannot get any further.</summary>
    [Theory]
    [InlineData("Availsync.Arbiter")]
    [InlineData("Availsync.Accounting")]
    public async Task One_that_waits_for_its_database_leaves_quietly(string service)
    {
        using var database = new TcpListener(IPAddress.Loopback, 0);
        database.Start();
        var port = ((IPEndPoint)database.LocalEndpoint).Port;
        using var process = OwnService.Start(service, new Dictionary<string, string>
        {
            ["Storage__Provider"] = "Postgres",
            ["Storage__ConnectionString"] = $"Host=127.0.0.1;Port={port};Database=a;Username=a;Password=a",
            ["Internal__SigningKey"] = Convert.ToBase64String(new byte[32]),
        });
        using var waiting = await database.AcceptTcpClientAsync(Target.Stopped).AsTask().WaitAsync(
            TimeSpan.FromSeconds(30), Target.Clock);

        await process.TerminateAsync(Within);

        IsQuiet(process);
    }

    /// <summary>Another process migrates its store, and takes its time.</summary>
    [Fact]
    public async Task One_that_waits_for_its_files_leaves_quietly()
    {
        await using var held = Hold();
        using var process = Standalone();
        await process.SaidAsync("AccountingDbContextSqlite"); // Which is then held up.

        await process.TerminateAsync(Within);

        IsQuiet(process);
        Assert.False(File.Exists(Path.Combine(_folder, "accounting.db")));
    }

    /// <summary>So early that no host listens to signals yet.</summary>
    [Fact]
    public async Task One_that_has_just_begun_leaves_quietly()
    {
        await using var held = Hold();
        using var process = Standalone();
        await Target.UntilAsync("there", TimeSpan.FromSeconds(30), () =>
            Task.FromResult(File.Exists(Path.Combine(_folder, "lock"))));

        await process.TerminateAsync(Within);

        IsQuiet(process);
        Assert.False(File.Exists(Path.Combine(_folder, "accounting.db")));
    }

    private OwnService Standalone() => OwnService.Start("Availsync.Standalone", new Dictionary<string, string>
    {
        ["Storage__Path"] = _folder,
        ["Logging__LogLevel__Microsoft.EntityFrameworkCore.Infrastructure"] = "Debug",
    });

    /// <summary>What whoever migrates the first of its stores holds.</summary>
    private FileStream Hold() => new(
        Path.Combine(_folder, "accounting.db.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

    private static void IsQuiet(OwnService process)
    {
        foreach (var word in new[] { "xception", "fail", "Fail", "Error", "Warning", "Unhandled" })
            Assert.DoesNotContain(word, process.Output, StringComparison.Ordinal);
    }
}
