using System.Globalization;

namespace Availsync.Bench.HandOvers;

/// <summary>
/// How long a run that waits is not yet told once what stood in its way is gone: from the answer to the call that
/// ended the claim, or, where no call ends it, from the instant its holder was told of as the end (of the lease, or of the
/// grace after it), to the answer <c>proceed</c>. That instant is the server's clock against this machine's, so those two
/// causes are only measured truly where both are the same machine.
/// </summary>
internal sealed class Measurement(BenchOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>Every cause is to serve the next in the queue within this time.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(250);

    private const int GraceSeconds = 1;
    private const int ShortestLease = 5;

    /// <summary>Long enough for the one that waits to have its place, whatever else goes on.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    /// <summary>So far apart begin the leases that run out side by side: each is an event of its own.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false })
    {
        BaseAddress = options.Url,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Measures all causes, one after the other, and prints a row for each. True if none was out of bounds.</summary>
    public async Task<bool> RunAsync(TextWriter output)
    {
        var inBounds = true;
        foreach (var cause in Enum.GetValues<Cause>())
        {
            var times = await TimesAsync(cause);
            inBounds &= times[^1] <= Bound;
            await output.WriteLineAsync(Row(cause, times));
        }

        return inBounds;
    }

    public void Dispose() => _client.Dispose();

    private async Task<IReadOnlyList<TimeSpan>> TimesAsync(Cause cause)
    {
        var workspace = await Workspace.SignUpAsync(_client, new
        {
            arbitration = "preempt_lower",
            expiry_grace_seconds = cause == Cause.Grace ? GraceSeconds : 0,
        });
        var crew = new Crew(workspace, await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        // The first round is for what is only done once: connections, compilation, the key's first look-up.
        await RoundAsync(crew, cause, "warm-up");
        var times = new List<TimeSpan>();
        if (cause is Cause.Expiry or Cause.Grace)
        {
            var rounds = new List<Task<TimeSpan>>();
            for (var round = 0; round < options.Rounds; round++)
            {
                rounds.Add(RoundAsync(crew, cause, $"{round}"));
                await Task.Delay(Apart, clock);
            }

            times.AddRange(await Task.WhenAll(rounds));
        }
        else
        {
            for (var round = 0; round < options.Rounds; round++) times.Add(await RoundAsync(crew, cause, $"{round}"));
        }

        times.Sort();
        return times;
    }

    private async Task<TimeSpan> RoundAsync(Crew crew, Cause cause, string round)
    {
        var (repo, part) = ($"repo:bench/{cause}-{round}", $"project:bench/{cause}-{round}");
        var runsOut = cause is Cause.Expiry or Cause.Grace;
        // Disabled once, an agent is of no more use.
        var holder = cause == Cause.DisabledAgent ? await crew.Workspace.NewAgentAsync() : crew.Holder;
        var intruder = cause == Cause.Displacement ? crew.Holder : null;
        var held = await holder.StartAsync(repo, runsOut ? ShortestLease : 300);
        var waiting = WaitAsync(crew.Waiter, intruder is null ? repo : part + "#waits");
        if (runsOut)
        {
            var end = held.ExpiresAt + TimeSpan.FromSeconds(cause == Cause.Grace ? GraceSeconds : 0);
            return (await waiting).AnsweredAt - end;
        }

        await Task.Delay(Settling, clock);
        await (cause switch
        {
            Cause.Finish => holder.FinishAsync(held),
            Cause.Release => holder.ReleaseAsync(held),
            Cause.Revocation => crew.Workspace.RevokeAsync(held.Id),
            Cause.DisabledAgent => crew.Workspace.DisableAsync(holder),
            _ => crew.Holder.StartAsync(part + "#intrudes", priority: 101),
        });
        var began = clock.GetUtcNow();
        var (granted, answeredAt) = await waiting;
        await crew.Waiter.FinishAsync(granted);
        return answeredAt > began ? answeredAt - began : TimeSpan.Zero;
    }

    private async Task<(Claim Claim, DateTimeOffset AnsweredAt)> WaitAsync(Agent waiter, string resource)
    {
        var claim = await waiter.StartAsync(resource, wait: 30);
        return (claim, clock.GetUtcNow());
    }

    /// <summary>label: cause | rounds | p50 | p99 | slowest.</summary>
    private string Row(Cause cause, IReadOnlyList<TimeSpan> sorted)
    {
        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1].TotalMilliseconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {options.Row}: {Name(cause)} | {sorted.Count} | {At(0.50):F1} | {At(0.99):F1} | {At(1):F1} |");
    }

    private static string Name(Cause cause) => cause switch
    {
        Cause.Finish => "finish",
        Cause.Release => "release",
        Cause.Revocation => "revocation",
        Cause.DisabledAgent => "disabled agent",
        Cause.Displacement => "displacement",
        Cause.Expiry => "expiry, from the end of the lease",
        _ => "expiry with a grace, from the end of the grace",
    };

    private sealed record Crew(Workspace Workspace, Agent Holder, Agent Waiter);
}
