using System.Net;
using System.Net.Sockets;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Faults;

/// <summary>
/// A network that can be cut: a loopback port whose connections are passed on to another one. Whoever is behind it
/// knows only this port.
/// </summary>
/// <param name="target">The port to pass on to, asked for with each connection: it may not be known before.</param>
internal sealed class TcpForwarder(Func<int> target) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly HashSet<Socket> _sockets = [];
    private readonly List<Task> _lines = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = Opened();
    private bool _refuses;
    private long _passed;
    private Task? _accepting;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many bytes have been passed on, both ways together.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    public TcpForwarder Start()
    {
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
        return this;
    }

    /// <summary>Every connection is reset, and so is every new one.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _refuses = true;
            foreach (var socket in _sockets) Abort(socket);
            _sockets.Clear();
        }
    }

    /// <summary>
    /// Nothing passes any more and nothing is closed, as when a cable is pulled. What has been sent is kept, as the
    /// sender's own network would send it again, so after the healing it arrives, however late.
    /// </summary>
    public void Silence()
    {
        lock (_lock)
        {
            if (_open.Task.IsCompleted)
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Everything passes again, in its order.</summary>
    public void Heal()
    {
        lock (_lock)
        {
            _refuses = false;
            _open.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Stop();
        Reset();
        Heal();
        if (_accepting is not null) await _accepting;
        List<Task> lines;
        lock (_lock) lines = [.. _lines];
        await Task.WhenAll(lines);
        _listener.Dispose();
        _over.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_over.Token);
                lock (_lock)
                {
                    if (_refuses)
                    {
                        Abort(near);
                        continue;
                    }

                    _sockets.Add(near);
                    _lines.RemoveAll(line => line.IsCompleted);
                    _lines.Add(Task.Run(() => ConnectAsync(near)));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await Way.WaitAsync(_over.Token);
            await far.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target()), _over.Token);
            near.NoDelay = far.NoDelay = true;
            lock (_lock)
            {
                if (!_sockets.Contains(near))
                {
                    Abort(far); // Reset meanwhile.
                    return;
                }

                _sockets.Add(far);
            }

            await Task.WhenAll(PassAsync(near, far), PassAsync(far, near));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Abort(near);
        }
        finally
        {
            lock (_lock)
            {
                _sockets.Remove(near);
                _sockets.Remove(far);
            }

            near.Dispose();
            far.Dispose();
        }
    }

    /// <summary>The direction's end is passed on too, behind all that came before it.</summary>
    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var count = await from.ReceiveAsync(buffer, _over.Token);
                await Way.WaitAsync(_over.Token);
                if (count == 0)
                {
                    if (!TryEnd(from, to)) Abort(to);
                    return;
                }

                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _over.Token);
                Interlocked.Add(ref _passed, count);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // A reset of one side is one of the other, but not before the network lets it through.
            if (!_over.IsCancellationRequested) await Way;
            Abort(to);
            Abort(from);
        }
    }

    /// <summary>
    /// False where both are being reset: a socket that is aborted may seem to have ended, and that end is none to tell of.
    /// </summary>
    private bool TryEnd(Socket from, Socket to)
    {
        lock (_lock)
        {
            if (!_sockets.Contains(from) || !_sockets.Contains(to)) return false;
            to.Shutdown(SocketShutdown.Send);
            return true;
        }
    }

    private Task Way
    {
        get
        {
            lock (_lock) return _open.Task;
        }
    }

    /// <summary>Closed without a farewell, so that the other side is told of a reset and not of an end.</summary>
    private static void Abort(Socket socket) => socket.Close(timeout: 0);
}
