using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Availsync.Bench;

/// <summary>A closed loop on each of C connections: the next request leaves when the last answer is there.</summary>
internal sealed class Load : IDisposable
{
    private readonly BenchOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;
    private readonly string _run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    public Load(BenchOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 2 * options.Connections, UseCookies = false };
        _client = new HttpClient(handler) { BaseAddress = options.Url, Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<LoadResult> RunAsync()
    {
        if (_options.Warmup > 0) await PhaseAsync("warmup", _options.Warmup);
        return await PhaseAsync("measured", _options.Seconds);
    }

    private async Task<LoadResult> PhaseAsync(string phase, int seconds)
    {
        var began = _clock.GetTimestamp();
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), _clock);
        var connections = Enumerable.Range(0, _options.Connections).Select(at => new Connection(this, $"{_run}-{phase}", at)).ToList();
        await Task.WhenAll(connections.Select(connection => Task.Run(() => connection.RunAsync(over.Token))));
        return LoadResult.Of(connections.Select(connection => connection.Tally), _clock.GetElapsedTime(began));
    }

    public void Dispose() => _client.Dispose();

    private sealed class Connection(Load load, string run, int number)
    {
        private readonly Requests _requests = new(load._client, load._clock, Credential(load._options, number));

        public Tally Tally => _requests.Tally;

        public async Task RunAsync(CancellationToken over)
        {
            Func<int, Task> step = load._options.Mode switch
            {
                Mode.Distinct => round => _requests.CycleAsync($"bench/{run}-{number}-{round % 1000}"),
                Mode.Hot => _ => _requests.CycleAsync($"bench/{run}"),
                Mode.Check => round => _requests.CheckAsync($"bench/{run}-{number}-{round % 1000}"),
                Mode.Read => await _requests.ReaderAsync($"bench/{run}-read-{number}"),
                Mode.Unauthorized => _ => _requests.GetAsync("/v1/work/claims", signedIn: false),
                _ => _ => _requests.GetAsync("/health/live", signedIn: false),
            };
            for (var round = 0; !over.IsCancellationRequested; round++) await step(round);
        }

        private static AuthenticationHeaderValue? Credential(BenchOptions options, int number) =>
            options.Keys.Count == 0 ? null : new("Bearer", options.Keys[number % options.Keys.Count]);
    }
}
