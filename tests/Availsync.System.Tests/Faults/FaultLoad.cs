using System.Collections.Concurrent;
using System.Text.Json;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Faults;

/// <summary>One request, and what came of it.</summary>
/// <param name="Status">0 where nothing came back.</param>
internal sealed record Attempt(
    int Partition, string What, DateTimeOffset Sent, DateTimeOffset Done, int Status, string? Error)
{
    public bool Succeeded => Status == 200;

    public TimeSpan Took => Done - Sent;

    public string Code => Status == 0 ? "no answer" : $"{Status} {Error}";
}

/// <summary>
/// A steady load on every partition: agents that start, extend and finish runs, two and two after the same repo and its
/// parts. Like real clients they repeat what was not answered, with the same key, until it is, and change to the next
/// edge where the one they are at does not answer at all.
/// </summary>
internal sealed class FaultLoad
{
    private const int Partitions = 16;
    private const int ClientsEach = 2;
    private const int LeftToExpire = 12;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);

    private readonly List<Client> _clients = [];
    private readonly List<Task> _running = [];
    private volatile bool _over;

    private FaultLoad()
    {
    }

    public ConcurrentQueue<Attempt> Attempts { get; } = [];

    public ConcurrentBag<Told> Answers { get; } = [];

    /// <summary>Answers that nothing explains. There must be none, whatever fails.</summary>
    public ConcurrentBag<string> Surprises { get; } = [];

    public int Clients => _clients.Count;

    /// <summary>Makes the agents and finds a repo for each partition, then begins.</summary>
    public static async Task<FaultLoad> BeginAsync(Target target, OwnWorkspace workspace)
    {
        var load = new FaultLoad();
        var roots = await load.FindRootsAsync(workspace);
        for (var number = 0; number < Partitions * ClientsEach; number++)
        {
            var made = (await workspace.Owner.AskAsync(
                "POST", $"/v1/orgs/{workspace.Id}/agents", new { name = $"client-{number}" })).Expect(201).Json;
            var key = made.GetProperty("api_key").GetString()!;
            var partition = number % Partitions;
            load._clients.Add(new Client(
                $"client-{number}", partition, roots[partition],
                [.. target.Doors.Select(door => target.ClientOf(key, door))]) { Door = number / Partitions });
        }

        load._running.AddRange(load._clients.Select(client => Task.Run(() => load.RunAsync(client))));
        return load;
    }

    /// <summary>Waits until every client has been answered that often, by requests sent from now on.</summary>
    public async Task AnsweredAsync(int times)
    {
        var since = Target.Clock.GetUtcNow();
        await Target.UntilAsync($"every client answered {times} times", EndsWithin, () => Task.FromResult(
            _clients.TrueForAll(client => client.Answered.Count(sent => sent >= since) >= times)));
    }

    /// <summary>Lets every client get its last answer, and ends what was left to its lease.</summary>
    public async Task EndAsync()
    {
        _over = true;
        await Task.WhenAll(_running).WaitAsync(EndsWithin, Target.Clock);
    }

    private static string Name(int number) => $"faults/root-{number}";

    private async Task<Dictionary<int, string>> FindRootsAsync(OwnWorkspace workspace)
    {
        var found = new Dictionary<int, string>();
        for (var number = 0; found.Count < Partitions; number++)
        {
            var asked = Target.Clock.GetUtcNow();
            var answer = (await workspace.Agent.StartAsync($"repo:{Name(number)}", 60)).Expect(200);
            var claim = Happenings.ClaimOf(answer.Json.GetProperty("claim"));
            Answers.Add(new Told(Telling.Proceed, claim, asked, Target.Clock.GetUtcNow()));
            asked = Target.Clock.GetUtcNow();
            Assert.Equal("finished", (await workspace.Agent.TryFinishAsync(claim.Id))?.Action);
            Answers.Add(new Told(Telling.Finished, claim, asked, Target.Clock.GetUtcNow()));
            found.TryAdd(PartitionOf(claim.Id), Name(number));
        }

        return found;
    }

    /// <summary>The bits rand_a of the id are the slot, and slots are dealt to partitions one by one.</summary>
    private static int PartitionOf(Guid claim)
    {
        var bytes = claim.ToByteArray(bigEndian: true);
        return (((bytes[6] & 0x0F) << 8) | bytes[7]) % Partitions;
    }

    private async Task RunAsync(Client client)
    {
        var left = new List<(SeenClaim Claim, string Key)>();
        for (var round = 0; !_over; round++)
        {
            await Task.Delay(Rest, Target.Clock);
            var (key, leaves) = ($"{client.Name}-{round}", round % LeftToExpire == LeftToExpire - 1);
            var resource = client.Resources[round % client.Resources.Count];
            var start = await AskAsync(client, "start", at => at.TryStartAsync(resource, leaves ? 5 : 300, key));
            if (start.Answer.Action == "skip_run") continue;
            if (Tell(Telling.Proceed, start, "proceed") is not { } claim) continue;
            if (leaves)
            {
                left.Add((claim, key));
                continue;
            }

            await Task.Delay(Rest, Target.Clock);
            Tell(Telling.Extended, await AskAsync(
                client, "extend", at => at.TryExtendAsync(claim.Id, 600, key + "-extend")), "extended");
            await Task.Delay(Rest, Target.Clock);
            await FinishAsync(client, claim, key, "finished");
        }

        foreach (var (claim, key) in left)
        {
            if (Target.Clock.GetUtcNow() < claim.ExpiresAt) await FinishAsync(client, claim, key);
        }
    }

    /// <param name="must">What the answer has to be; null where the lease may have run out meanwhile.</param>
    private async Task FinishAsync(Client client, SeenClaim claim, string key, string? must = null)
    {
        var finish = await AskAsync(client, "finish", at => at.TryFinishAsync(claim.Id, key + "-finish"));
        if (must is null && finish.Answer.Action == "already_finished") return;
        Tell(Telling.Finished, finish, "finished");
    }

    /// <summary>Keeps the answer; null where it is another one than it has to be.</summary>
    private SeenClaim? Tell(Telling what, (Answer Answer, DateTimeOffset Asked) given, string action)
    {
        if (given.Answer is not { Status: 200 } || given.Answer.Action != action
            || given.Answer.Json.GetProperty("claim") is not { ValueKind: JsonValueKind.Object } json)
        {
            Surprises.Add($"{given.Answer} in place of {action}");
            return null;
        }

        var claim = Happenings.ClaimOf(json);
        Answers.Add(new Told(what, claim, given.Asked, Target.Clock.GetUtcNow()));
        return claim;
    }

    /// <summary>Asks until there is a final answer; says when it was first asked for.</summary>
    private async Task<(Answer Answer, DateTimeOffset Asked)> AskAsync(
        Client client, string what, Func<WorkClient, Task<Answer?>> ask)
    {
        var asked = Target.Clock.GetUtcNow();
        while (true)
        {
            var sent = Target.Clock.GetUtcNow();
            var answer = await ask(client.Doors[client.Door % client.Doors.Count]);
            var attempt = new Attempt(
                client.Partition, what, sent, Target.Clock.GetUtcNow(), answer?.Status ?? 0, answer?.Error);
            Attempts.Enqueue(attempt);
            if (answer is not null and not ({ Status: >= 500 } or { Error: "idempotency_in_progress" }))
            {
                if (attempt.Succeeded) client.Answered.Enqueue(sent);
                return (answer, asked);
            }

            if (answer is null) client.Door++;
            await Task.Delay(Patience, Target.Clock);
        }
    }

    private sealed record Client(string Name, int Partition, string Root, IReadOnlyList<WorkClient> Doors)
    {
        /// <summary>The repo excludes its parts, and they do not exclude each other.</summary>
        public IReadOnlyList<string> Resources { get; } =
            [$"repo:{Root}", $"project:{Root}#left", $"project:{Root}#right"];

        /// <summary>When what was answered had been sent.</summary>
        public ConcurrentQueue<DateTimeOffset> Answered { get; } = [];

        public int Door { get; set; }
    }
}
