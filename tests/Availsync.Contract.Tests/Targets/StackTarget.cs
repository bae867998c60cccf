using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>Three services over real RabbitMQ and PostgreSQL, as <c>scripts/stack</c> starts them.</summary>
public sealed class StackTarget : Target
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly string _folder = Repository.Scratch();
    private IReadOnlyList<Uri> _edges = [];
    private bool _up;

    public override string Name => "Stack";

    public override string? Unavailable { get; } = Missing() is { } missing
        ? $"The real stack needs {missing}, which is not installed here; scripts/test installs what is missing."
        : null;

    public override IReadOnlyList<Uri> Addresses => _edges;

    protected override async Task StartAsync()
    {
        var lines = (await RunAsync("up", "--edges", "2", "--no-build", "--configuration", Repository.Configuration))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _up = true;
        Address = new Uri(lines[^1] + "/");
        FirstKey = Labelled(lines, "agent key:");
        FirstSignIn = Labelled(lines, "sign-in:");
        _edges =
        [
            .. (await RunAsync("status")).Split('\n')
                .Where(l => l.StartsWith("edge-", StringComparison.Ordinal))
                .Select(l => new Uri(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1] + "/")),
        ];
    }

    protected override async ValueTask StopAsync()
    {
        if (_up || Directory.EnumerateFileSystemEntries(_folder).Any()) await RunAsync("down");
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static string Labelled(string[] lines, string label) =>
        lines.First(l => l.Contains(label, StringComparison.Ordinal)).Split(label, 2)[1].Trim();

    private static string? Missing()
    {
        if (!OperatingSystem.IsLinux()) return "Linux";
        if (!File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")) return "rabbitmq-server";
        return Directory.Exists("/usr/lib/postgresql")
            && Directory.EnumerateDirectories("/usr/lib/postgresql").Any(
                d => File.Exists(Path.Combine(d, "bin/initdb")))
                ? null
                : "postgresql";
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string>(TestTargets.Settings) { ["AVAILSYNC_STACK_DIR"] = _folder };
        // To files, not pipes: the servers that it leaves running would keep a pipe open.
        var output = Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(_folder)}-{arguments[0]}.log");
        await using var script = ServerProcess.Start(
            "/bin/bash",
            ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>\"$out.err\"", "stack", output, Script, .. arguments],
            environment,
            Repository.Root);
        var code = await script.ExitCodeAsync(Patience);
        var (said, errors) = (await File.ReadAllTextAsync(output), await File.ReadAllTextAsync(output + ".err"));
        File.Delete(output);
        File.Delete(output + ".err");
        if (code == 0) return said;
        throw new InvalidOperationException(
            string.Create(
                CultureInfo.InvariantCulture, $"scripts/stack {arguments[0]} ended with {code}:\n{said}\n{errors}"));
    }

    private static string Script => Path.Combine(Repository.Root, "scripts", "stack");
}
