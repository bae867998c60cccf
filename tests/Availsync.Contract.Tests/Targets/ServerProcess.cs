using System.Diagnostics;
using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>A child process whose console is read along, and which is stopped by its own id.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _console = new();

    private ServerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>All that was printed so far.</summary>
    public string Console
    {
        get
        {
            lock (_console) return _console.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    public static ServerProcess Start(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string folder)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var server = new ServerProcess(start);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        server._process.StandardInput.Close();
        return server;
    }

    /// <summary>The text behind <paramref name="label"/> on the line that has it, or null.</summary>
    public string? Printed(string label)
    {
        foreach (var line in Console.Split('\n'))
        {
            var at = line.IndexOf(label, StringComparison.Ordinal);
            if (at >= 0) return line[(at + label.Length)..].Trim();
        }

        return null;
    }

    public async Task<int> ExitCodeAsync(TimeSpan within)
    {
        using var timeout = new CancellationTokenSource(within);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: what was answered must outlive it.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_console) _console.AppendLine(line);
    }
}
