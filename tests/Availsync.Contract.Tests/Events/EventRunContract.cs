using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Availsync.Contract.Tests;

/// <summary>A long run of events, heard by listeners that keep losing their connection.</summary>
public abstract class EventRunContract(Target target) : ContractTest(target)
{
    private const int EventsTotal = 10_000;
    private const int Workers = 20;
    private const int Listeners = 4;

    [Fact]
    public async Task Whoever_reconnects_at_random_hears_every_event_once_and_in_order_per_root()
    {
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        var workspace = await NewWorkspaceAsync();
        var listener = await workspace.NewAgentAsync();
        var listening = Enumerable.Range(0, Listeners)
            .Select(n => ListenAsync(listener, new Random(seed + n))).ToList();
        var caused = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(workspace, caused)));

        foreach (var heard in await Task.WhenAll(listening))
        {
            Assert.Equal(Enumerable.Range(1, EventsTotal).Select(n => (long)n), heard.Select(e => e.Id));
            Assert.Equal(EventsTotal, heard.Select(e => e.EventId).Distinct().Count());
            Assert.Equal(caused.Order(), heard.Select(e => e.Body.At("request_id").Text()).Order());
            foreach (var root in heard.GroupBy(e => e.Root))
                Assert.Equal(Enumerable.Range(1, root.Count()).Select(n => (long)n), root.Select(e => e.Sequence));
        }
    }

    /// <summary>Each call makes one event: granted, skipped, released, and again.</summary>
    private static async Task WorkAsync(Workspace workspace, ConcurrentBag<string> caused)
    {
        var agent = await workspace.NewAgentAsync();
        var repos = Enumerable.Range(0, 3).Select(_ => NewRepo()).ToArray();
        Held? claim = null;
        for (var n = 0; n < EventsTotal / Workers; n++)
        {
            var repo = repos[n / 4 % repos.Length];
            var answer = (n % 4) switch
            {
                0 or 1 or 2 => (await agent.StartAsync(repo, 3600)).Expect(200, n % 4 == 0 ? "proceed" : "skip_run"),
                _ => (await agent.FinishAsync(claim!)).Expect(200, "finished"),
            };
            if (n % 4 == 0) claim = Held.In(answer["claim"]);
            caused.Add(answer.RequestId);
        }
    }

    private async Task<List<StreamedEvent>> ListenAsync(Agent agent, Random random)
    {
        var heard = new List<StreamedEvent>();
        while (heard.Count < EventsTotal)
        {
            var edge = EdgeOf(random.Next(Target.Addresses.Count));
            var after = heard.Count == 0 ? 0 : heard[^1].Id;
            await using var reader = await EventReader.OpenAsync(agent.Client.At(edge), after: after);
            for (var rest = random.Next(1, 300); rest > 0 && heard.Count < EventsTotal; rest--)
                heard.Add(await reader.NextAsync());
        }

        return heard;
    }
}
