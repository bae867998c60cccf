using System.Collections.Concurrent;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Work;

/// <summary>
/// One workspace's agents that start runs where nobody else wants one, and finish most of them at once: only the plan
/// is in their way. What gets no answer is asked again with the same key until it does, so in the end each claim that
/// was made is known.
/// </summary>
internal sealed class Storm
{
    private const int Agents = 16;

    /// <summary>One run in so many is left to its lease, which is short.</summary>
    private const int LeftToExpire = 25;

    private readonly IReadOnlyList<WorkClient> _doors;
    private readonly TimeSpan _pause;
    private readonly List<Task> _agents;
    private int _answers;
    private int _refused;
    private int _silences;
    private volatile bool _over;

    private Storm(IReadOnlyList<WorkClient> doors, TimeSpan pause)
    {
        _doors = doors;
        _pause = pause;
        _agents = [.. Enumerable.Range(0, Agents).Select(agent => Task.Run(() => RunAsync(agent)))];
    }

    public ConcurrentBag<Granted> Granted { get; } = [];

    public ConcurrentBag<Guid> Finished { get; } = [];

    /// <summary>The id of each call that was answered, whatever the answer.</summary>
    public ConcurrentBag<string> Calls { get; } = [];

    /// <summary>The errors of calls that were answered with 503 or, as a repeat, not yet.</summary>
    public ConcurrentBag<string> Outages { get; } = [];

    /// <summary>How often nothing came back at all.</summary>
    public int Silences => Volatile.Read(ref _silences);

    public ConcurrentBag<string> Surprises { get; } = [];

    /// <summary>How many starts the plan has stopped.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <param name="pause">How long each agent rests after a run; none where it is to blow as hard as it can.</param>
    public static async Task<Storm> BeginAsync(OwnWorkspace workspace, TimeSpan pause = default)
    {
        var storm = new Storm(workspace.Doors, pause);
        await storm.AnsweredAsync(300);
        return storm;
    }

    /// <summary>Waits until that many more answers have come.</summary>
    public async Task AnsweredAsync(int more)
    {
        var goal = Volatile.Read(ref _answers) + more;
        await Target.UntilAsync(
            $"{more} answers in the storm", TimeSpan.FromSeconds(60),
            () => Task.FromResult(Volatile.Read(ref _answers) >= goal));
    }

    public async Task EndAsync()
    {
        _over = true;
        await Task.WhenAll(_agents).WaitAsync(TimeSpan.FromSeconds(60), Target.Clock);
        Assert.Empty(Surprises);
    }

    private async Task RunAsync(int agent)
    {
        var door = _doors[agent % _doors.Count];
        var prefix = $"project:storm-{OwnWorkspace.NewText()}";
        for (var round = 1; !_over; round++)
        {
            var resource = $"{prefix}-{round}";
            var expires = round % LeftToExpire == 0;
            var answer = await AskAsync(() => door.TryStartAsync(resource, expires ? 5 : 3600, resource));
            if (answer is { Status: 200, Action: "proceed" })
            {
                var claim = Work.Granted.Of(answer.Json.GetProperty("claim"));
                Granted.Add(claim);
                if (!expires) await FinishAsync(door, claim.Id);
            }
            else if (OwnWorkspace.IsRefused(answer, "active_claims"))
            {
                Interlocked.Increment(ref _refused);
            }
            else
            {
                Surprises.Add($"{answer} for {resource}");
            }

            if (_pause > TimeSpan.Zero) await Task.Delay(_pause, Target.Clock);
        }
    }

    private async Task FinishAsync(WorkClient door, Guid claim)
    {
        var answer = await AskAsync(() => door.TryFinishAsync(claim, $"finish-{claim}"));
        if (answer.Action is "finished" or "already_finished") Finished.Add(claim);
        else Surprises.Add($"{answer} for the end of {claim}");
    }

    private async Task<Answer> AskAsync(Func<Task<Answer?>> ask)
    {
        while (true)
        {
            var answer = await ask();
            if (answer is not null)
            {
                Calls.Add(answer.RequestId);
                if (answer is not ({ Status: 503 } or { Error: "idempotency_in_progress" }))
                {
                    Interlocked.Increment(ref _answers);
                    return answer;
                }

                Outages.Add(answer.Error!);
            }
            else
            {
                Interlocked.Increment(ref _silences);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), Target.Clock);
        }
    }
}
