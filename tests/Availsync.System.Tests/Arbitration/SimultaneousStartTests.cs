using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Arbitration;

/// <summary>Many at the door at once.</summary>
public abstract class SimultaneousStartTests(Target target) : TargetTests(target)
{
    [Fact]
    public async Task Fifty_simultaneous_starts_on_a_free_resource_make_one_claim_a_thousand_times_over()
    {
        var prefix = NewRoot("crowd");
        var doors = Target.Doors.Select(door => Target.ClientOf(Target.First.Key, door)).ToList();
        for (var round = 0; round < 1000; round++)
        {
            var resource = $"{prefix}-{round}";
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 50).Select(number => doors[number % doors.Count].StartAsync(resource, 3600)));

            var winner = Assert.Single(answers, answer => answer.Action == "proceed");
            var claim = winner.Json.GetProperty("claim").GetProperty("id").GetGuid();
            Assert.All(answers.Where(answer => answer != winner), loser =>
            {
                Assert.Equal("skip_run", loser.Action);
                Assert.Equal(claim, loser.Json.GetProperty("blocking_claim").GetProperty("id").GetGuid());
            });
        }

        var stored = await Target.Store.ClaimsAsync(prefix);
        Assert.Equal(1000, stored.Count);
        Assert.Equal(1000, stored.Select(claim => claim.Root).Distinct().Count());
    }

    [Fact]
    public async Task Thirty_simultaneous_requests_with_one_key_make_one_claim_and_one_answer()
    {
        for (var round = 0; round < 20; round++)
        {
            var root = NewRoot("crowd");
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 30).Select(_ => Target.Work.StartAsync(root, 3600, key: root)));

            Assert.All(answers, answer => Assert.Equal(200, answer.Status));
            Assert.All(answers, answer => Assert.Equal(answers[0].Bytes, answer.Bytes));
            Assert.Equal("proceed", answers[0].Action);
            Assert.Equal(29, answers.Count(answer => answer.Replayed));
            Assert.Single(await Target.Store.ClaimsAsync(root));
        }
    }
}

[Collection(StandaloneCollection.Name)]
public sealed class StandaloneSimultaneousStartTests(StandaloneTarget target) : SimultaneousStartTests(target);

[Collection(PairCollection.Name)]
public sealed class PairSimultaneousStartTests(PairTarget target) : SimultaneousStartTests(target);
