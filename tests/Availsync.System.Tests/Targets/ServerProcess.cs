using System.Collections.Concurrent;
using System.Diagnostics;

namespace Availsync.System.Tests.Targets;

/// <summary>A child process whose output is kept.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ServerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public string Output => string.Join('\n', _lines);

    public static ServerProcess Start(
        string folder, IReadOnlyDictionary<string, string> environment, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new ServerProcess(start);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to leave: true where it did so within the time, with exit code 0.</summary>
    public async Task<bool> TerminateAsync(TimeSpan atMost)
    {
        using var signal = Process.Start("bash", ["-c", $"kill -TERM {_process.Id}"]);
        await signal.WaitForExitAsync();
        using var over = new CancellationTokenSource(atMost, TimeProvider.System);
        try
        {
            return await ExitAsync(over.Token) == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }
}
