namespace Availsync.Contract.Tests;

/// <summary>Waits until a server says that it serves, and fails with its console where it does not.</summary>
internal static class Readiness
{
    public static async Task WaitAsync(Uri address, ServerProcess server, TimeSpan bound)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            await Eventually.TrueAsync(bound, () => ReadyAsync(http, server), "the server is ready");
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"{address} did not get ready:\n{server.Console}");
        }
    }

    private static async Task<bool> ReadyAsync(HttpClient http, ServerProcess server)
    {
        if (server.HasExited) throw new InvalidOperationException($"The server has ended:\n{server.Console}");
        try
        {
            using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
