using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Availsync.Contract.Tests;

/// <summary>
/// Requests at random, most of them nearly right. <c>AVAILSYNC_FUZZ_SEED</c> repeats a run, <c>AVAILSYNC_FUZZ_ONLY</c>
/// one request of it, <c>AVAILSYNC_FUZZ_COUNT</c> makes it longer or shorter.
/// </summary>
public abstract class FuzzContract(Target target, int count) : ContractTest(target)
{
    private const int Connections = 16;

    private int _streams;

    [Fact]
    public async Task No_request_whatever_gets_a_5xx_and_every_refusal_is_an_error_object()
    {
        var seed = Setting("SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var fuzzer = new Fuzzer(await FuzzWorld.MakeAsync(Target), seed);
        var (from, to) = Setting("ONLY") is { } only ? (only, only + 1) : (0, Setting("COUNT") ?? count);
        var (faults, statuses) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<int, int>());
        await Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (i, _) =>
        {
            if (faults.Count >= 5) return;
            var request = fuzzer.Make(i);
            var (status, fault) = await TryAsync(request);
            statuses.AddOrUpdate(status, 1, (_, n) => n + 1);
            if (fault is null) return;
            faults.Enqueue($"Request {i} of seed {seed} ({Repeat(seed, i)}):\n{request}\n{fault}");
        });
        Assert.True(faults.IsEmpty, string.Join("\n\n", faults));
        var seen = string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Value} × {s.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}: {seen}");
        if (to - from < 1000) return;
        // A fuzz that never gets past the door proves nothing about what is behind it.
        Assert.All((int[])[200, 201, 204, 400, 401, 403, 404, 405, 409, 415, 422],
            s => Assert.True(statuses.ContainsKey(s), $"{s} in {seen}"));
        Assert.True(_streams > 0, "No stream of events was opened.");
    }

    [Theory]
    [InlineData("/v1/work/claim", true)]
    [InlineData("/v1/work/claim/", true)]
    [InlineData("/v1/work/claim//", false)]
    [InlineData("/v1/work/claim/.", true)]
    [InlineData("/v1/work/claim//.", false)]
    [InlineData("/v1/work/claim//..", true)]
    [InlineData("/v1/work/claim/../claim", true)]
    [InlineData("/v1/work/x/%2e%2e/cl%61im", true)]
    [InlineData("/V1/Work/CLAIM", true)]
    [InlineData("/v1/work//claim", false)]
    [InlineData("//v1/work/claim", false)]
    [InlineData("/v1/work/claim%2F", false)]
    public async Task An_answer_is_measured_by_the_route_that_the_server_took_and_by_no_other(string path, bool legacy)
    {
        var key = (await NewAgentAsync()).ApiKey;
        var request = new FuzzedRequest(
            "POST", path, [("Authorization", $"Bearer {key}"), ("Content-Type", "application/json")], "{}"u8.ToArray());
        using var message = request.ToMessage(Target.Address);
        var answer = await Client.SendAsync(message, request.ToString());
        answer.ExpectError(legacy ? 400 : 404, legacy ? "validation_failed" : "not_found");
        Assert.Equal(legacy, answer.Header("Deprecation") is not null);
        Assert.Empty(OpenApiDocument.Instance.FaultsOf("POST", path, answer));
        Assert.Equal(legacy, OpenApiDocument.Instance.Knows(path));
    }

    private async Task<(int Status, string? Fault)> TryAsync(FuzzedRequest request)
    {
        try
        {
            using var message = request.ToMessage(Target.Address);
            var answer = await Client.SendAndHangUpAsync(message, request.Method);
            if (answer is { Status: 200, MediaType: "text/event-stream" }) Interlocked.Increment(ref _streams);
            var faults = OpenApiDocument.Instance.FaultsOf(request.Method.ToUpperInvariant(), request.Path, answer);
            return answer.Status >= 500 || faults.Count > 0
                ? (answer.Status, $"{string.Join('\n', faults)}\n{answer}")
                : (answer.Status, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return (0, exception.ToString());
        }
    }

    private static string Repeat(int seed, int index) => string.Create(
        CultureInfo.InvariantCulture, $"AVAILSYNC_FUZZ_SEED={seed} AVAILSYNC_FUZZ_ONLY={index}");

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable($"AVAILSYNC_FUZZ_{name}") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
