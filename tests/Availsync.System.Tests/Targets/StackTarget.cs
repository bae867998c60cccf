using System.Text.RegularExpressions;
using Npgsql;

namespace Availsync.System.Tests.Targets;

/// <summary>Three services over real RabbitMQ and PostgreSQL, by <c>scripts/stack</c> in a scratch folder.</summary>
public sealed partial class StackTarget : Target
{
    private const int ServersMissing = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("availsync-stack-").FullName;
    private string _key = "";
    private Uri? _address;

    protected override string Key => _key;

    protected override Uri Address => _address!;

    internal override ArbiterStore Store => ArbiterStore.Postgres(new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = PortOf("postgres"),
        Database = "availsync",
        Username = "availsync",
        Password = Secret("database-availsync"),
        Pooling = false,
    }.ToString());

    internal Uri Broker => new($"amqp://availsync:{Secret("rabbitmq")}@127.0.0.1:{PortOf("rabbitmq")}/availsync");

    public override Task KillAsync() => StackAsync("kill", "arbiter");

    public override async Task<bool> TerminateAsync()
    {
        var said = await StackAsync("stop", "arbiter");
        return !said.Contains("killing it", StringComparison.Ordinal);
    }

    public override Task RestartAsync() => StackAsync("start", "arbiter");

    /// <summary>SIGKILL and start of <c>rabbitmq</c> or <c>postgres</c>.</summary>
    public Task RestartServerAsync(string name) => StackAsync("restart", name);

    /// <summary>Runs <c>scripts/stack</c> and returns all that it printed.</summary>
    public async Task<string> StackAsync(params string[] arguments)
    {
        var (exit, output) = await RunAsync(arguments);
        Assert.True(exit == 0, $"scripts/stack {string.Join(' ', arguments)} failed with {exit}:\n{output}");
        return output;
    }

    protected override async Task StartAsync()
    {
        var (exit, output) = await RunAsync("up", "--no-build", "--configuration", Checkout.Configuration);
        if (exit == ServersMissing)
        {
            Missing = "RabbitMQ and PostgreSQL are needed: " + output;
            return;
        }

        Assert.True(exit == 0, $"scripts/stack up failed with {exit}:\n{output}");
        _key = AgentKey().Match(output).Value;
        _address = new Uri(output.Trim().Split('\n')[^1]);
        Assert.NotEmpty(_key);
    }

    protected override async Task StopAsync()
    {
        var (_, output) = await RunAsync("down");
        TestContext.Current.SendDiagnosticMessage(output);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        using var script = ServerProcess.Start(
            Checkout.Root,
            new Dictionary<string, string>
            {
                ["AVAILSYNC_STACK_DIR"] = _folder,
                ["RateLimits__PerKeyPerSecond"] = "0",
            },
            "bash",
            ["scripts/stack", .. arguments]);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(4), TimeProvider.System);
        return (await script.ExitAsync(over.Token), script.Output);
    }

    private int PortOf(string name) =>
        int.Parse(File.ReadAllText(Path.Combine(_folder, "run", name + ".port")).Trim());

    private string Secret(string name) => File.ReadAllText(Path.Combine(_folder, "secrets", name)).Trim();

    [GeneratedRegex("avs_live_[0-9A-Za-z]+")]
    private static partial Regex AgentKey();
}

[CollectionDefinition(Name)]
public sealed class StackCollection : ICollectionFixture<StackTarget>
{
    public const string Name = "Stack";
}
