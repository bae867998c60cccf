using System.Globalization;
using System.Text;
using Npgsql;

namespace Availsync.System.Tests.Targets;

/// <summary>The services over real RabbitMQ and PostgreSQL, by <c>scripts/stack</c> in a scratch folder.</summary>
public class StackTarget : Target
{
    private const int ServersMissing = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("availsync-stack-").FullName;
    private readonly int _arbiters;
    private readonly int _edges;
    private Announced? _first;

    public StackTarget()
        : this(arbiters: 1, edges: 1)
    {
    }

    private protected StackTarget(int arbiters, int edges)
    {
        _arbiters = arbiters;
        _edges = edges;
    }

    internal override Announced First => _first!;

    internal override IReadOnlyList<Uri> Doors =>
        [.. Enumerable.Range(1, _edges).Select(edge => new Uri($"http://127.0.0.1:{PortOf($"edge-{edge}")}"))];

    internal override ArbiterStore Store => ArbiterStore.Postgres(ConnectionString);

    internal override AccountingStore Accounts => AccountingStore.Postgres(ConnectionString);

    internal Uri Broker => new($"amqp://availsync:{Secret("rabbitmq")}@127.0.0.1:{PortOf("rabbitmq")}/availsync");

    /// <summary>What only the stack's own processes know, by what it is called in a finding.</summary>
    internal IReadOnlyList<(string What, string Text)> ServerSecrets =>
    [
        ("the broker's password", Secret("rabbitmq")),
        ("the database's password", Secret("database-availsync")),
        ("the signing key", Secret("signing-key")),
    ];

    /// <summary>The settings of one more service beside those of the stack, which a test starts by itself.</summary>
    internal Dictionary<string, string> ServiceSettings => new(Settings)
    {
        ["Storage__Provider"] = "Postgres",
        ["Storage__ConnectionString"] = ConnectionString,
        ["Bus__Transport"] = "RabbitMq",
        ["Bus__Host"] = Broker.Host,
        ["Bus__Port"] = Broker.Port.ToString(CultureInfo.InvariantCulture),
        ["Bus__VirtualHost"] = "availsync",
        ["Bus__Username"] = "availsync",
        ["Bus__Password"] = Secret("rabbitmq"),
        ["Internal__SigningKey"] = Secret("signing-key"),
        ["Accounting__Address"] = AccountingAddress.ToString(),
        ["Edge__AnswerWithinSeconds"] = "15", // It is not speed that such a test is about.
    };

    /// <summary>Where accounting's own HTTP surface is.</summary>
    internal Uri AccountingAddress => new($"http://127.0.0.1:{PortOf("accounting-1")}");

    private string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = PortOf("postgres"),
        Database = "availsync",
        Username = "availsync",
        Password = Secret("database-availsync"),
        Pooling = false,
    }.ToString();

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

    internal override async IAsyncEnumerable<Kept> KeptAsync()
    {
        foreach (var log in Directory.EnumerateFiles(Path.Combine(_folder, "logs")))
        {
            var said = await File.ReadAllTextAsync(log);
            if (Path.GetFileName(log) == "accounting-1.log") said = Announced.Remove(said);
            yield return new Kept(KeptIn.Logs, log, new MemoryStream(Encoding.UTF8.GetBytes(said)));
        }

        foreach (var file in Kept.FilesBelow(Path.Combine(_folder, "rabbitmq"))) yield return file;
        foreach (var file in Kept.FilesBelow(FolderOf("postgres"))) yield return file;
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        foreach (var table in await TablesAsync(connection))
        {
            // As the server has the bytes: texts and byte strings alike come as they are, unpacked.
            await using var rows = await connection.BeginRawBinaryCopyAsync($"copy {table} to stdout (format binary)");
            yield return new Kept(KeptIn.Tables, table, rows);
        }
    }

    /// <summary>What has to be there before the stack comes up, in its folder.</summary>
    private protected virtual Task PrepareAsync(string folder) => Task.CompletedTask;

    protected override async Task StartAsync()
    {
        await PrepareAsync(_folder);
        var (exit, output) = await RunAsync(
            "up", "--no-build", "--configuration", Checkout.Configuration,
            "--arbiters", _arbiters.ToString(CultureInfo.InvariantCulture),
            "--edges", _edges.ToString(CultureInfo.InvariantCulture));
        if (exit == ServersMissing)
        {
            Missing = "RabbitMQ and PostgreSQL are needed: " + output;
            return;
        }

        Assert.True(exit == 0, $"scripts/stack up failed with {exit}:\n{output}");
        _first = Announced.In(output);
        Assert.NotNull(_first);
    }

    protected override async Task StopAsync()
    {
        var (_, output) = await RunAsync("down");
        TestContext.Current.SendDiagnosticMessage(output);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
            where schemaname not in ('pg_catalog', 'information_schema')
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        return tables;
    }

    /// <summary>The address of an arbiter's own HTTP surface, the first one being 1.</summary>
    internal Uri ArbiterAt(int number) => new($"http://127.0.0.1:{PortOf($"arbiter-{number}")}");

    /// <summary>Runs <c>scripts/stack</c>, which may refuse.</summary>
    internal Task<(int Exit, string Output)> TryStackAsync(params string[] arguments) => RunAsync(arguments);

    private async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        using var script = ServerProcess.Start(
            Checkout.Root,
            new Dictionary<string, string>(Settings) { ["AVAILSYNC_STACK_DIR"] = _folder },
            "bash",
            ["scripts/stack", .. arguments]);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(4), TimeProvider.System);
        return (await script.ExitAsync(over.Token), script.Output);
    }

    /// <summary>All that a process has written to its console.</summary>
    internal string LogOf(string process)
    {
        using var log = new StreamReader(new FileStream(
            Path.Combine(_folder, "logs", process + ".log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return log.ReadToEnd();
    }

    private protected int PortOf(string name) =>
        int.Parse(File.ReadAllText(Path.Combine(_folder, "run", name + ".port")).Trim());

    /// <summary>Where a server keeps its data, which may be outside of the stack's own folder.</summary>
    private string FolderOf(string server) => File.ReadAllText(Path.Combine(_folder, "run", server + ".home")).Trim();

    private string Secret(string name) => File.ReadAllText(Path.Combine(_folder, "secrets", name)).Trim();
}

[CollectionDefinition(Name)]
public sealed class StackCollection : ICollectionFixture<StackTarget>
{
    public const string Name = "Stack";
}
