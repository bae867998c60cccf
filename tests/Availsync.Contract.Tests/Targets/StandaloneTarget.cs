namespace Availsync.Contract.Tests;

/// <summary>
/// The whole product in one process, on a SQLite file. A setting that is given as empty is left at its default.
/// </summary>
public sealed class StandaloneTarget(IReadOnlyDictionary<string, string>? settings = null) : Target
{
    private readonly string _folder = Repository.Scratch();
    private ServerProcess? _server;

    public override string Name => "Standalone";

    /// <summary>What it has printed behind a label since its last start, or null.</summary>
    public string? Printed(string label) => _server?.Printed(label);

    /// <summary>Kills the process as a power cut would, and starts it again on the same data and address.</summary>
    public async Task KillAndRestartAsync()
    {
        await _server!.DisposeAsync();
        await LaunchAsync();
    }

    protected override async Task StartAsync()
    {
        Address = new Uri($"http://127.0.0.1:{Repository.FreePort()}/");
        await LaunchAsync();
        FirstKey = _server!.Printed("agent key:") ?? throw new InvalidOperationException("No key was printed.");
        FirstSignIn = _server.Printed("sign-in:") ?? throw new InvalidOperationException("No sign-in was printed.");
    }

    protected override async ValueTask StopAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LaunchAsync()
    {
        var folder = Path.Combine(
            Repository.Root, "src", "Availsync.Standalone", "bin", Repository.Configuration, "net10.0");
        var environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority),
            ["Storage__Path"] = Path.Combine(_folder, "data"),
            ["DOTNET_NOLOGO"] = "1",
        };
        environment.TryAdd("RateLimits__PerKeyPerSecond", "0");
        foreach (var (name, _) in environment.Where(e => e.Value.Length == 0).ToList()) environment.Remove(name);
        _server = ServerProcess.Start(
            Repository.Dotnet, [Path.Combine(folder, "Availsync.Standalone.dll")], environment, folder);
        await Readiness.WaitAsync(Address, _server, TimeSpan.FromSeconds(60));
    }
}
