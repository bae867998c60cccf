using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>
/// Stands in for an OpenTelemetry collector: takes what the services export over HTTP, and looks for what a trace must have in
/// the bytes of the messages. Ids are raw there and names are UTF-8, so nothing has to be parsed for that.
/// </summary>
public sealed class TraceCollector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<byte[]> _messages = [];
    private readonly Task _running;

    public TraceCollector()
    {
        Address = new Uri($"http://127.0.0.1:{Repository.FreePort()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _running = TakeAsync();
    }

    public Uri Address { get; }

    /// <summary>Whether one message has all of these: the trace's id, and texts such as the names of a service and a span.</summary>
    public bool Has(byte[] traceId, params string[] texts)
    {
        List<byte[]> parts = [traceId, .. texts.Select(Encoding.UTF8.GetBytes)];
        lock (_messages) return _messages.Exists(message => parts.TrueForAll(p => message.AsSpan().IndexOf(p) >= 0));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _running;
    }

    private async Task TakeAsync()
    {
        while (true)
        {
            try
            {
                var call = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await call.Request.InputStream.CopyToAsync(body);
                lock (_messages) _messages.Add(body.ToArray());
                call.Response.ContentType = "application/x-protobuf";
                call.Response.Close();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening) return;
            }
        }
    }
}
