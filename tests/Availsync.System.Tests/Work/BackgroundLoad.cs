using System.Collections.Concurrent;
using System.Security.Cryptography;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Work;

/// <summary>
/// Agents that start and finish runs as fast as they are answered, and remember every answer and every question that
/// got none. Half of the resources are used once, half again and again by all.
/// </summary>
internal sealed class BackgroundLoad
{
    private const int Agents = 16;

    private readonly WorkClient _work;
    private readonly List<Task> _agents;
    private int _answers;
    private volatile bool _over;

    private BackgroundLoad(WorkClient work)
    {
        _work = work;
        _agents = [.. Enumerable.Range(0, Agents).Select(agent => Task.Run(() => RunAsync(agent)))];
    }

    /// <summary>Begins every root of this load.</summary>
    public string Prefix { get; } = "repo:load-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5)) + "/";

    public ConcurrentBag<Granted> Granted { get; } = [];

    public ConcurrentDictionary<Guid, Granted> Finished { get; } = [];

    /// <summary>Finishes without an answer: the claim may be either.</summary>
    public ConcurrentDictionary<Guid, Granted> MaybeFinished { get; } = [];

    public ConcurrentBag<Unanswered> Unanswered { get; } = [];

    public ConcurrentBag<string> Surprises { get; } = [];

    public static async Task<BackgroundLoad> BeginAsync(WorkClient work, int answers = 300)
    {
        var load = new BackgroundLoad(work);
        await load.AnsweredAsync(answers);
        return load;
    }

    /// <summary>Waits until that many more answers have come.</summary>
    public async Task AnsweredAsync(int more)
    {
        var goal = Volatile.Read(ref _answers) + more;
        await Target.UntilAsync(
            $"{more} answers under load", TimeSpan.FromSeconds(60),
            () => Task.FromResult(Volatile.Read(ref _answers) >= goal));
    }

    public async Task EndAsync()
    {
        _over = true;
        await Task.WhenAll(_agents);
    }

    private async Task RunAsync(int agent)
    {
        for (var round = 0; !_over; round++)
        {
            // Long, short and in between: some of the leases run out while nobody serves them.
            var seconds = (round % 3) switch { 0 => 5, 1 => 60, _ => 3600 };
            var shared = round % 2 == 1;
            var resource = shared ? $"{Prefix}shared-{round % 7}" : $"{Prefix}{agent}-{round}";
            var question = new Unanswered(resource, seconds, $"{Prefix}{agent}-{round}", shared);
            var answer = await _work.TryStartAsync(resource, seconds, question.Key);
            if (answer is null or { Status: 503 })
            {
                Unanswered.Add(question);
                await Task.Delay(TimeSpan.FromMilliseconds(250), Target.Clock);
                continue;
            }

            Interlocked.Increment(ref _answers);
            if (answer.Status != 200) Surprises.Add($"{answer.Status} {answer.Error} for {resource}");
            if (answer.Action == "proceed") await UseAsync(Work.Granted.Of(answer.Json.GetProperty("claim")), shared, round);
        }
    }

    private async Task UseAsync(Granted claim, bool shared, int round)
    {
        Granted.Add(claim);
        if (!shared && round % 4 != 0) return;
        MaybeFinished[claim.Id] = claim;
        var answer = await _work.TryFinishAsync(claim.Id);
        if (answer is null or { Status: 503 }) return;
        Interlocked.Increment(ref _answers);
        if (answer.Action is "finished" or "already_finished") Finished[claim.Id] = claim;
        else Surprises.Add($"{answer.Status} {answer.Error} for the end of {claim.Id}");
    }
}

/// <summary>A start that was sent and not answered.</summary>
internal sealed record Unanswered(string Resource, int Seconds, string Key, bool Shared);
