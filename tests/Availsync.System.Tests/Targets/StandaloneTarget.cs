using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Availsync.System.Tests.Targets;

/// <summary>Everything in one process, on SQLite files in a scratch folder.</summary>
public sealed partial class StandaloneTarget : Target
{
    private readonly string _data = Directory.CreateTempSubdirectory("availsync-standalone-").FullName;
    private readonly int _port = FreePort();
    private ServerProcess? _process;
    private string _key = "";

    protected override string Key => _key;

    protected override Uri Address => new($"http://127.0.0.1:{_port}");

    internal override ArbiterStore Store => ArbiterStore.Sqlite(Path.Combine(_data, "arbiter.db"));

    public override Task KillAsync() => _process!.KillAsync();

    public override Task<bool> TerminateAsync() => _process!.TerminateAsync(TimeSpan.FromSeconds(30));

    public override async Task RestartAsync()
    {
        _process?.Dispose();
        _process = Launch();
        await UntilAsync("ready again", TimeSpan.FromSeconds(60), async () => Alive() && await ReadyAsync());
    }

    protected override async Task StartAsync()
    {
        _process = Launch();
        await UntilAsync("showing its first key", TimeSpan.FromSeconds(60), () =>
        {
            _key = AgentKey().Match(_process.Output).Value;
            return Task.FromResult(Alive() && _key.Length > 0);
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
        new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["Storage__Path"] = _data,
            ["RateLimits__PerKeyPerSecond"] = "0",
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

    [GeneratedRegex("avs_live_[0-9A-Za-z]+")]
    private static partial Regex AgentKey();
}

[CollectionDefinition(Name)]
public sealed class StandaloneCollection : ICollectionFixture<StandaloneTarget>
{
    public const string Name = "Standalone";
}
