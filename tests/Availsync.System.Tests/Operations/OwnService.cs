using System.Text.RegularExpressions;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Operations;

/// <summary>A service that a test starts as a child of its own, and so sees when and how it ends.</summary>
internal sealed partial class OwnService : IDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(30);

    private readonly ServerProcess _process;

    private OwnService(ServerProcess process) => _process = process;

    /// <summary>All that it has said so far.</summary>
    public string Output => _process.Output;

    /// <summary>What it has logged as errors by itself. Libraries call it one, too, when they are called off.</summary>
    public IEnumerable<string> Errors => Output.Split('\n').Where(line =>
        line.Contains("\"Category\":\"Availsync.", StringComparison.Ordinal)
        && (line.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal)
            || line.Contains("\"LogLevel\":\"Critical\"", StringComparison.Ordinal)));

    /// <param name="project">Such as <c>Availsync.Edge</c>.</param>
    /// <param name="settings">As environment variables. It listens on a free port, whatever they say.</param>
    public static OwnService Start(string project, IReadOnlyDictionary<string, string> settings) =>
        new(ServerProcess.Start(
            Checkout.OutputOf(project),
            new Dictionary<string, string>(settings) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" },
            "dotnet",
            project + ".dll"));

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> ListeningAsync()
    {
        await SaidAsync("Now listening on: ");
        return new Uri(Listening().Match(Output).Groups[1].Value);
    }

    /// <summary>Waits until it has said this.</summary>
    public async Task SaidAsync(string what) => await Target.UntilAsync($"said: {what}", StartsWithin, () =>
    {
        var said = Output.Contains(what, StringComparison.Ordinal);
        Assert.True(said || !_process.HasExited, "It has ended by itself:\n" + Output);
        return Task.FromResult(said);
    });

    /// <summary>Sends SIGTERM, and fails unless it leaves within this time, with 0.</summary>
    public async Task TerminateAsync(TimeSpan atMost) =>
        Assert.True(await _process.TerminateAsync(atMost), $"Not gone with 0 within {atMost.TotalSeconds} s:\n{Output}");

    /// <summary>Its exit code, once it has ended by itself.</summary>
    public async Task<int> ExitAsync()
    {
        using var over = new CancellationTokenSource(StartsWithin, TimeProvider.System);
        return await _process.ExitAsync(over.Token);
    }

    public void Dispose() => _process.Dispose();

    [GeneratedRegex("Now listening on: (http://127\\.0\\.0\\.1:[0-9]+)")]
    private static partial Regex Listening();
}
