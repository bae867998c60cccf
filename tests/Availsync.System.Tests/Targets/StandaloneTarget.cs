using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Availsync.System.Tests.Targets;

/// <summary>Everything in one process, on SQLite files in a scratch folder.</summary>
public sealed class StandaloneTarget : Target
{
    private readonly string _data = Directory.CreateTempSubdirectory("availsync-standalone-").FullName;
    private readonly int _port = FreePort();
    private readonly StringBuilder _saidBefore = new();
    private ServerProcess? _process;
    private Announced? _first;

    internal override Announced First => _first!;

    internal override IReadOnlyList<Uri> Doors => [new($"http://127.0.0.1:{_port}")];

    internal override ArbiterStore Store => ArbiterStore.Sqlite(Path.Combine(_data, "arbiter.db"));

    internal override AccountingStore Accounts => AccountingStore.Sqlite(Path.Combine(_data, "accounting.db"));

    public override Task KillAsync() => _process!.KillAsync();

    public override Task<bool> TerminateAsync() => _process!.TerminateAsync(TimeSpan.FromSeconds(30));

    public override async Task RestartAsync()
    {
        _saidBefore.AppendLine(_process?.Output);
        _process?.Dispose();
        _process = Launch();
        await UntilAsync("ready again", TimeSpan.FromSeconds(60), async () => Alive() && await ReadyAsync());
    }

    internal override async IAsyncEnumerable<Kept> KeptAsync()
    {
        var said = Announced.Remove(_saidBefore.ToString() + _process!.Output);
        yield return new Kept(KeptIn.Logs, "the console", new MemoryStream(Encoding.UTF8.GetBytes(said)));
        foreach (var file in Kept.FilesBelow(_data, but: "lock")) yield return file;
        await Task.CompletedTask;
    }

    protected override async Task StartAsync()
    {
        _process = Launch();
        await UntilAsync("showing its first key", TimeSpan.FromSeconds(60), () =>
        {
            _first = Announced.In(_process.Output);
            return Task.FromResult(Alive() && _first is not null);
        });
    }

    protected override Task StopAsync()
    {
        _process?.Dispose();
        Directory.Delete(_data, recursive: true);
        return Task.CompletedTask;
    }

    private ServerProcess Launch() => ServerProcess.Start(
        Checkout.OutputOf("Availsync.Standalone"),
        new Dictionary<string, string>(Settings)
        {
            ["ASPNETCORE_URLS"] = Doors[0].ToString(),
            ["Storage__Path"] = _data,
        },
        "dotnet",
        "Availsync.Standalone.dll");

    private bool Alive()
    {
        Assert.False(_process!.HasExited, "Standalone ended by itself:\n" + _process.Output);
        return true;
    }

    /// <summary>
    /// Below the range of outgoing connections, so that nobody takes it between a kill and the start that follows.
    /// </summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}

[CollectionDefinition(Name)]
public sealed class StandaloneCollection : ICollectionFixture<StandaloneTarget>
{
    public const string Name = "Standalone";
}
